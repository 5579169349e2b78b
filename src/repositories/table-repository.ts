import {
  DataSource,
  type EntityManager,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
  Repository,
} from 'typeorm';
import { managerOf } from '../connection/transaction.js';

/** Where a repository sends its statements: the pool of a DataSource, or the connection of a transaction's EntityManager. */
export type StatementSource = DataSource | EntityManager;

/**
 * Names the entity of a repository class, and tells NestJS to inject the DataSource into it, so that `providers: [PostRepository]` is
 * enough.
 */
export function RepositoryFor<Row extends ObjectLiteral>(entity: EntityTarget<Row>) {
  return (repository: typeof TableRepository<Row>): void => {
    Object.defineProperty(repository, 'entity', { value: entity });
    Reflect.defineMetadata('design:paramtypes', [DataSource], repository);
  };
}

/**
 * TypeORM's repository of one table with named methods, each of which sends one statement that names it in a comment. Rows that the named
 * methods return are plain objects with exactly the documented columns, not entities.
 *
 *     const posts = PostRepository.of(dataSource);
 *     await dataSource.transaction((manager) => PostRepository.of(manager).claim(20));
 */
export abstract class TableRepository<Row extends ObjectLiteral> extends Repository<Row> {
  /** Set by `@RepositoryFor`. */
  static readonly entity: EntityTarget<ObjectLiteral>;

  /** @param source the DataSource, or the EntityManager of a transaction in which every method then runs */
  constructor(source: StatementSource);
  /** The signature that `manager.withRepository(repository)` calls. */
  constructor(target: EntityTarget<Row>, manager: EntityManager, queryRunner?: QueryRunner);
  constructor(first: StatementSource | EntityTarget<Row>, second?: EntityManager) {
    const source = (second ?? first) as StatementSource | undefined;
    if (source === undefined) {
      throw new TypeError(
        `${new.target.name} needs a DataSource or an EntityManager: ${new.target.name}.of(dataSource).`,
      );
    }
    const manager = managerOf(source);
    super(new.target.entity as EntityTarget<Row>, manager, manager.queryRunner);
  }

  /**
   * Returns the repository for a DataSource or for the EntityManager of a transaction.
   *
   * @example await inTransaction(dataSource, (manager) => ReplyRepository.of(manager).approve(id, 'operator-7'));
   */
  static of<Instance>(this: new (source: StatementSource) => Instance, source: StatementSource): Instance {
    return new this(source);
  }

  /**
   * Sends one statement with the comment `shared-db:<table>.<method>`, by which logs and pg_stat_statements name the method.
   *
   * @param method name of the calling method
   * @param sql one statement with unqualified names; it selects its result under the property names of `Result`
   * @returns the rows, of UPDATE and DELETE those of RETURNING
   */
  protected async send<Result extends object>(
    method: string,
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<Result[]> {
    const result: unknown = await this.manager.query(`/* shared-db:${this.metadata.tableName}.${method} */ ${sql}`, [
      ...parameters,
    ]);
    // TypeORM returns [rows, count] for UPDATE and DELETE.
    const [first] = result as unknown[];
    return (Array.isArray(first) ? first : result) as Result[];
  }

  /** Sends a statement that returns one row. */
  protected async sendForOne<Result extends object>(
    method: string,
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<Result> {
    const [row] = await this.send<Result>(method, sql, parameters);
    if (row === undefined) throw new Error(`${this.metadata.tableName}.${method} returned no row.`);
    return row;
  }
}
