/** For services on NestJS 11 and 12: `@shared/db/nest`. Needs @nestjs/common, @nestjs/core and @nestjs/typeorm. */
import {
  type ArgumentsHost,
  Catch,
  type DynamicModule,
  type ExceptionFilter,
  type FactoryProvider,
  Injectable,
  Module,
  type ModuleMetadata,
  type Provider,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { readConnectionEnvironment } from '../connection/environment.js';
import { type ConnectionOptions, createDataSource } from '../data-source.js';
import { RETRY_AFTER_SECONDS, toHttpProblem } from '../errors/http-problem.js';
import { createHealthCheck, type HealthReport } from '../health/check.js';
import { toPublicReport, type PublicHealthReport } from '../health/public-report.js';
import { REPOSITORIES } from '../repositories/index.js';

/** How `forRootAsync` gets the options: from providers of other modules, such as ConfigService. */
export interface DatabaseModuleOptions {
  imports?: ModuleMetadata['imports'];
  inject?: FactoryProvider['inject'];
  useFactory: FactoryProvider<ConnectionOptions | Promise<ConnectionOptions>>['useFactory'];
}

/**
 * Connects when the application starts and closes the pool when it ends. The DataSource, every repository class and the health indicator
 * can be injected everywhere; `forFeature` is unnecessary.
 *
 *     @Module({ imports: [DatabaseModule.forRoot()] })
 *     class AppModule {}
 *
 *     @Injectable()
 *     class PostsService {
 *       constructor(private readonly posts: PostRepository) {}
 *     }
 *
 * The application does not start when the database cannot be used: `createDataSource` waits `connectRetryMs` for a server that is
 * starting, and nothing else is retried, because a wrong password or schema does not get better. Call `app.enableShutdownHooks()`, so that
 * the pool is closed at SIGTERM.
 */
@Module({})
export class DatabaseModule {
  /** @param options Default: DATABASE_URL and the other variables of the environment (docs/reference/environment.md) */
  static forRoot(options?: ConnectionOptions): DynamicModule {
    return this.forRootAsync({ useFactory: () => options ?? readConnectionEnvironment() });
  }

  /**
   * @example
   * DatabaseModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ url: config.getOrThrow('DATABASE_URL') }),
   * })
   */
  static forRootAsync({ imports = [], inject = [], useFactory }: DatabaseModuleOptions): DynamicModule {
    let created: DataSource | undefined;
    const connect = TypeOrmModule.forRootAsync({
      imports: [...imports],
      inject,
      useFactory: async (...injected: unknown[]) => {
        created = createDataSource(await useFactory(...injected));
        return { ...created.options, retryAttempts: 0 };
      },
      dataSourceFactory: async () => {
        if (created === undefined) throw new Error('NestJS asked for the DataSource before its options.');
        return created.initialize();
      },
    });
    const providers: Provider[] = [DatabaseHealthIndicator, ...REPOSITORIES.map(provideRepository)];
    return { module: DatabaseModule, global: true, imports: [connect], providers, exports: [...providers, connect] };
  }
}

function provideRepository(repository: new (dataSource: DataSource) => object): Provider {
  return {
    provide: repository,
    inject: [DataSource],
    useFactory: (dataSource: DataSource) => new repository(dataSource),
  };
}

/** What the filter uses of Express's and of Fastify's response. */
interface Response {
  status(code: number): Response;
  header(name: string, value: string): Response;
  send(body: unknown): unknown;
}

/**
 * Answers errors of this package with `application/problem+json` and the status of `toHttpProblem` (400, 404, 409, 422, 503). All other
 * errors are handled as NestJS does.
 *
 *     app.useGlobalFilters(new DatabaseExceptionFilter(app.getHttpAdapter()));
 *     // or in a module: { provide: APP_FILTER, useClass: DatabaseExceptionFilter }
 */
@Catch()
export class DatabaseExceptionFilter extends BaseExceptionFilter implements ExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const problem = host.getType() === 'http' ? toHttpProblem(error) : undefined;
    if (problem === undefined) {
      super.catch(error, host);
      return;
    }
    const response = host.switchToHttp().getResponse<Response>();
    if (problem.status === 503) response.header('Retry-After', String(RETRY_AFTER_SECONDS));
    response.header('Content-Type', 'application/problem+json; charset=utf-8');
    response.status(problem.status).send(JSON.stringify(problem));
  }
}

/** What @nestjs/terminus expects of an indicator. */
export type DatabaseHealthResult = Readonly<
  Record<string, Omit<PublicHealthReport, 'status'> & { readonly status: 'down' | 'up' }>
>;

/**
 * A health indicator for @nestjs/terminus, which itself is not needed here.
 *
 *     this.health.check([() => this.database.check('database')])
 */
@Injectable()
export class DatabaseHealthIndicator {
  readonly #check: () => Promise<HealthReport>;

  constructor(dataSource: DataSource) {
    this.#check = createHealthCheck(dataSource);
  }

  /** Returns `up` when the database can be used. The result names no host, port or database. */
  async check(key = 'database'): Promise<DatabaseHealthResult> {
    const { status, ...report } = toPublicReport(await this.#check());
    return { [key]: { status: status === 'ok' ? 'up' : 'down', ...report } };
  }
}
