import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createDataSource, UnsafeConnection } from '@shared/db';
import { SqlLogger } from '../../../src/errors/redaction.js';

const SECRET = 'invented_handle';

describe('the log of statements', () => {
  const lines: string[] = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);

  afterEach(() => {
    lines.length = 0;
  });

  function sayAll(logger: SqlLogger): void {
    logger.logQuery(`SELECT * FROM authors WHERE handle = '${SECRET}' AND platform = $1`);
    logger.logQueryError(new Error(SECRET), `INSERT INTO authors VALUES (E'\\'${SECRET}')`);
    logger.logQuerySlow(700, `SELECT $$${SECRET}$$`);
    logger.logSchemaBuild(`COMMENT ON TABLE posts IS '${SECRET}'`);
    logger.logMigration(`'${SECRET}'`);
    logger.log();
  }

  it('holds neither literals nor parameters', () => {
    sayAll(new SqlLogger(true));
    expect(lines[0]).toBe('sql: SELECT * FROM authors WHERE handle = ? AND platform = $1\n');
    expect(lines).toHaveLength(5);
    expect(lines.join('')).not.toContain(SECRET);
  });

  it('shows the ids and counts in the lines that TypeORM prints about migrations', () => {
    const logger = new SqlLogger(true);
    logger.logSchemaBuild('[X] 12 AddBio1795500000000');
    logger.logSchemaBuild('[ ] AddBio1795500000000');
    logger.logSchemaBuild('7 migrations are already loaded in the database.');
    logger.logSchemaBuild(`[X] 12 '${SECRET}'`);
    expect(lines).toEqual([
      'schema: [X] 12 AddBio1795500000000\n',
      'schema: [ ] AddBio1795500000000\n',
      'schema: 7 migrations are already loaded in the database.\n',
      'schema: [X] ? ?\n',
    ]);
  });

  it('is silent unless it is asked for', () => {
    sayAll(new SqlLogger(false));
    expect(lines).toEqual([]);
  });

  it('does not look at statements while it is silent', () => {
    const get = (): never => {
      throw new Error('The statement was read.');
    };
    const unreadable = new Proxy({}, { get }) as string;
    const logger = new SqlLogger(false);
    logger.logQuery(unreadable);
    logger.logQueryError(new Error(SECRET), unreadable);
    logger.logQuerySlow(700, unreadable);
    logger.logSchemaBuild(unreadable);
    logger.logMigration(unreadable);
    expect(() => {
      new SqlLogger(true).logQuery(unreadable);
    }).toThrow('The statement was read.');
  });

  it('is the only logger a DataSource takes', () => {
    const dataSource = createDataSource({ url: 'postgres://app@db.example.com/antone' });
    expect(() => dataSource.setOptions({ logger: 'advanced-console' })).toThrow(UnsafeConnection);
    dataSource.setOptions({ logging: 'all' });
    expect(dataSource.logger).toBeInstanceOf(SqlLogger);
    dataSource.logger.logQuery('SELECT 1', [SECRET]);
    expect(lines).toEqual(['sql: SELECT ?\n']);
  });
});
