import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import {
  Body,
  Controller,
  Get,
  type INestApplication,
  Injectable,
  Module,
  Param,
  Post as HttpPost,
} from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, EntityManager } from 'typeorm';
import { createDataSource } from '../../../src/data-source.js';
import { Author } from '../../../src/entities/index.js';
import { DatabaseExceptionFilter, DatabaseHealthIndicator, DatabaseModule } from '../../../src/nest/index.js';
import { AuthorRepository, PostRepository, type PostSighting } from '../../../src/repositories/index.js';
import { useDatabase } from '../../support/database.js';
import { sightingOf } from '../../integration/repositories/sightings.js';

const db = useDatabase();

@Injectable()
class PostsService {
  constructor(
    readonly posts: PostRepository,
    readonly authors: AuthorRepository,
    readonly dataSource: DataSource,
    readonly manager: EntityManager,
  ) {}
}

@Controller()
class PostsController {
  constructor(private readonly service: PostsService) {}

  @HttpPost('posts')
  async ingest(@Body() sighting: PostSighting & { detectedAt: string }) {
    return this.service.posts.ingestOne({ ...sighting, detectedAt: new Date(sighting.detectedAt) });
  }

  @Get('authors/:handle')
  async find(@Param('handle') handle: string) {
    return this.service.dataSource.getRepository(Author).findOneByOrFail({ handle });
  }

  @Get('fault')
  fault(): never {
    throw new Error('a fault of the service');
  }
}

@Module({
  imports: [DatabaseModule.forRootAsync({ useFactory: () => ({ url: db.url, applicationName: 'nest' }) })],
  controllers: [PostsController],
  providers: [PostsService, { provide: APP_FILTER, useClass: DatabaseExceptionFilter }],
})
class AppModule {}

let app: INestApplication;
let origin: string;

beforeAll(async () => {
  app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  origin = `http://127.0.0.1:${(app.getHttpServer() as { address(): AddressInfo }).address().port}`;
});

afterAll(() => app.close());

describe('DatabaseModule', () => {
  it('injects every repository by its class, the DataSource and the EntityManager, without forFeature', async () => {
    const service = app.get(PostsService);
    expect(service.posts).toBeInstanceOf(PostRepository);
    expect(service.authors).toBeInstanceOf(AuthorRepository);
    expect(service.manager).toBe(service.dataSource.manager);
    const response = await fetch(`${origin}/posts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(sightingOf(1)),
    });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 201,
      body: { index: 0, outcome: 'inserted' },
    });
    expect(await service.posts.readQueue()).toMatchObject({ depth: 1 });
  });

  it('closes the pool when the application ends', async () => {
    const other = await NestFactory.createApplicationContext(AppModule, { logger: false });
    const dataSource = other.get(DataSource);
    await other.close();
    expect(dataSource.isInitialized).toBe(false);
  });

  it('fails at once, with our error, when the database cannot be used', async () => {
    @Module({ imports: [DatabaseModule.forRoot({ url: `${db.url}_missing`, connectRetryMs: 0 })] })
    class Broken {}
    const begin = performance.now();
    await expect(NestFactory.createApplicationContext(Broken, { logger: false, abortOnError: false })).rejects.toThrow(
      /the database does not exist/,
    );
    expect(performance.now() - begin).toBeLessThan(3_000);
  });
});

describe('DatabaseExceptionFilter', () => {
  it('answers 404 with problem+json for a row that is not there, without the handle', async () => {
    const response = await fetch(`${origin}/authors/secret_nobody`);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({ status: 404, code: 'ENTITY_NOT_FOUND' });
    expect(body).not.toContain('secret_nobody');
  });

  it('leaves other errors to NestJS', async () => {
    expect(await (await fetch(`${origin}/fault`)).json()).toEqual({
      statusCode: 500,
      message: 'Internal server error',
    });
    expect((await fetch(`${origin}/nowhere`)).status).toBe(404);
  });
});

describe('DatabaseHealthIndicator', () => {
  it('reports up under the given key, and down without an address', async () => {
    expect(await app.get(DatabaseHealthIndicator).check('postgres')).toMatchObject({
      postgres: { status: 'up', migrations: { pending: 0 } },
    });
    const down = new DatabaseHealthIndicator(createDataSource({ url: 'postgres://x@127.0.0.1:1/secret_name' }));
    const result = await down.check();
    expect(result).toMatchObject({ database: { status: 'down' } });
    expect(JSON.stringify(result)).not.toMatch(/127\.0\.0\.1|secret_name/);
  });
});
