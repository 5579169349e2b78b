import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseConcurrentStep } from '../../../../src/operations/migrator/concurrent-index.js';
import { splitStatements, tokenize, removeLiterals } from '../../../../src/errors/sql-text.js';
import { readCommand, classifySql } from '../../../../src/operations/migrator/statement-kind.js';

describe('the SQL text of a statement', () => {
  it('is cut into tokens without losing a character', () => {
    const piece = fc.constantFrom(
      `'`,
      `"`,
      '$$',
      '$a$',
      'E',
      '\\',
      '--',
      '/*',
      '*/',
      '\n',
      ' ',
      'x',
      '1',
      '.',
      ';',
      '$1',
      'ü',
      '𝕏',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const sql = pieces.join('');
        expect(
          tokenize(sql)
            .map(({ text }) => text)
            .join(''),
        ).toBe(sql);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [`SELECT * FROM t WHERE a = 'x''y' AND b = 12.5e3`, 'SELECT * FROM t WHERE a = ? AND b = ?'],
    [`SELECT E'it\\\\s', U&'d', B'01', $tag$ 'x' $tag$, $$y$$`, 'SELECT ?, ?, ?, ?, ?'],
    [`SELECT "col umn", a1, $1 -- secret\n/* and /* nested */ more */ FROM t`, 'SELECT "col umn", a1, $1 FROM t'],
    [`UPDATE t SET a = 'cut off`, 'UPDATE t SET a = ?'],
    [`UPDATE t SET a = $$cut off`, 'UPDATE t SET a = ?'],
    // With standard_conforming_strings off the string continues after the quote.
    [`SELECT 'it\\'s secret', 'b'`, 'SELECT ?'],
    [`SELECT 'C:\\', 'secret'`, 'SELECT ?'],
    ['SELECT 0xFF, 1_000, .5', 'SELECT ?, ?, ?'],
  ])('is shown without its literals: %s', (sql, shown) => {
    expect(removeLiterals(sql)).toBe(shown);
  });

  it('is shown without its literals, whatever surrounds them', () => {
    const text = fc.string({ maxLength: 8 }).map((value) => value.replaceAll(`'`, `''`).replaceAll('\\', ''));
    const before = fc.constantFrom('SELECT ', 'a = ', '/* c */', '$$x$$ || ', `E'\\n' || `, '"n" = ', '-- c\n', '1+');
    fc.assert(
      fc.property(fc.array(before), text, (parts, value) => {
        expect(removeLiterals(`${parts.join('')}'${value}§secret§'`, 1_000)).not.toContain('secret');
      }),
    );
  });

  it('is truncated at the maximum length', () => {
    expect(removeLiterals(`SELECT ${'a, '.repeat(100)}b`, 20)).toBe('SELECT a, a, a, a,…');
  });

  it('is split at the semicolons that end statements', () => {
    const sql = `SELECT ';'; /* ; */ CREATE FUNCTION f() AS $$ BEGIN; END $$; -- ;\n ; SELECT ";"`;
    expect(splitStatements(sql).map((statement) => statement[0]?.text)).toEqual(['SELECT', 'CREATE', 'SELECT']);
  });

  it.each([
    ['ddl', 'ALTER TABLE t ADD COLUMN a text'],
    ['ddl', 'CREATE INDEX i ON t (a)'],
    ['ddl', 'COMMENT ON TABLE t IS $$CREATE INDEX CONCURRENTLY$$'],
    ['ddl', 'TRUNCATE t'],
    ['ddl', 'LOCK TABLE t'],
    ['ddl', 'UPDATE t SET a = 1; DROP TABLE t'],
    ['ddl', 'DO $$ BEGIN ALTER TABLE t DROP COLUMN a; END $$'],
    ['ddl', 'SELECT 1 INTO t'],
    ['ddl', 'ALTER TABLE t ADD CONSTRAINT c CHECK (true) NOT VALID, VALIDATE CONSTRAINT d'],
    ['ddl', 'REFRESH MATERIALIZED VIEW CONCURRENTLY v'],
    ['validation', 'ALTER TABLE "t" VALIDATE CONSTRAINT "c"'],
    ['validation', 'analyze t'],
    ['data', '/* why */ update t set a = 1'],
    ['data', 'WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x'],
    ['data', 'DO $$ BEGIN UPDATE t SET a = 1; END $$'],
    ['data', 'INSERT INTO t SELECT 1'],
    ['read', 'SELECT count(*) FROM t'],
    ['read', 'WITH x AS (SELECT 1) SELECT * FROM x'],
    ['read', ' -- nothing'],
    ['concurrent', 'CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)'],
    ['concurrent', 'drop index concurrently i'],
    ['concurrent', 'REINDEX TABLE CONCURRENTLY t'],
    ['concurrent', 'VACUUM t'],
    ['local', 'SET LOCAL lock_timeout = 0'],
    ['local', 'SET CONSTRAINTS ALL DEFERRED'],
    ['session', 'SET lock_timeout = 0'],
    ['session', 'SET SESSION lock_timeout = 0'],
    ['session', 'DISCARD ALL'],
    ['savepoint', 'ROLLBACK TO SAVEPOINT a'],
    ['savepoint', 'SAVEPOINT a'],
    ['transaction', 'SELECT 1; ROLLBACK'],
    ['transaction', 'PREPARE TRANSACTION $$a$$'],
    ['transaction', 'START TRANSACTION'],
  ])('is classified as %s: %s', (kind, sql) => {
    expect(classifySql(sql)).toBe(kind);
  });

  it('is named by its command', () => {
    expect(readCommand('-- a\n alter table t add b text')).toBe('ALTER TABLE');
    expect(readCommand('update t set a = 1')).toBe('UPDATE');
  });

  it.each([
    ['CREATE INDEX CONCURRENTLY i ON t (a)', { does: 'create', index: 'i', table: 't', unlessThere: false }],
    [
      'create unique index concurrently if not exists "I x" on only "s"."T t" using btree (a)',
      { does: 'create', index: '"I x"', table: '"s"."T t"', unlessThere: true },
    ],
    ['DROP INDEX CONCURRENTLY IF EXISTS s.i', { does: 'drop', index: 's.i' }],
    ['REINDEX INDEX CONCURRENTLY s.i', { does: 'reindex', what: 'INDEX', name: 's.i' }],
    ['VACUUM (FULL) t', { does: 'vacuum' }],
  ])('is parsed into a step whose outcome can be read from the catalog: %s', (sql, step) => {
    expect(parseConcurrentStep(sql, 'M')).toEqual(step);
  });
});
