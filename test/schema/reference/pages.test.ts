import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { RETENTION_POLICIES } from '../../../src/retention/policies.js';
import * as catalog from '../catalog.js';
import { useDatabase } from '../../support/database.js';

const read = (page: string): string => readFileSync(`docs/reference/${page}`, 'utf8');

/** Returns the cells of the row that begins with that name; none when there is no such row. */
function rowOf(page: string, name: string): string[] {
  const line = page.split('\n').find((one) => new RegExp(`^\\| \`${name}\` +\\|`).test(one)) ?? '';
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Returns the objects of the catalog that a page does not mention. */
function missing(names: readonly { table: string; name: string }[], pageOf: (table: string) => string): string[] {
  return names.filter(({ table, name }) => rowOf(pageOf(table), name).length === 0).map(({ name }) => name);
}

describe('docs/reference', () => {
  const db = useDatabase();
  let tables: string[];
  let columns: catalog.ColumnRow[];
  let indexes: catalog.IndexRow[];
  let constraints: catalog.ConstraintRow[];
  const pageOf = (table: string): string => read(`tables/${table}.md`);

  beforeAll(async () => {
    tables = (await catalog.tables(db.dataSource)).map(({ name }) => name);
    columns = await catalog.columns(db.dataSource);
    constraints = await catalog.constraints(db.dataSource);
    const named = new Set(constraints.map(({ name }) => name));
    indexes = (await catalog.indexes(db.dataSource)).filter(({ name }) => !named.has(name));
  });

  it('has a page for every table, and names it in the index and the diagram', () => {
    expect(tables).toHaveLength(21);
    for (const table of tables) {
      expect(pageOf(table)).toMatch(new RegExp(`^# ${table}\n`));
      expect(read('tables/README.md')).toContain(`[${table}](${table}.md)`);
      // The diagram has the table in the box of its area, with its keys.
      expect(read('diagram.md')).toMatch(new RegExp(`^    ${table}$`, 'm'));
      expect(read('diagram.md')).toMatch(new RegExp(`^  ${table} \\{$`, 'm'));
    }
  });

  it('lists every column, constraint, index and trigger on the page of its table', async () => {
    const triggers = await db.dataSource.query<{ table: string; name: string }[]>(
      `SELECT tgrelid::regclass::text AS table, tgname AS name FROM pg_trigger WHERE NOT tgisinternal`,
    );
    const everything = [...columns, ...constraints, ...indexes, ...triggers];
    expect(everything.length).toBeGreaterThan(500);
    expect(missing(everything, pageOf)).toEqual([]);
  });

  it('lists every constraint and unique index on the page of constraints, with a message and an error', () => {
    const page = read('constraints.md');
    for (const { name } of [...constraints, ...indexes.filter(({ unique }) => unique)]) {
      const [, definition = '', message = '', error, state] = rowOf(page, name);
      expect({ name, definition }).toEqual({ name, definition: expect.stringMatching(/^(`|<code>)[A-Z]{4}/) });
      expect(message.length).toBeGreaterThan(10);
      expect(error).toMatch(/^`(Check|Unique|ForeignKey)Violation`$/);
      expect(state).toMatch(/^23\d{3}$/);
    }
  });

  it('fails this test when an object is missing from a page', () => {
    const without = (name: string) => (table: string) => pageOf(table).replaceAll(`\`${name}\``, '');
    expect(missing(columns, without('processed_at'))).toEqual(['processed_at']);
    expect(missing(constraints, without('ck_posts__content_length'))).toEqual(['ck_posts__content_length']);
    expect(missing(indexes, without('ix_posts__detected_at__waiting'))).toEqual(['ix_posts__detected_at__waiting']);
  });

  it('lists type, null meaning, default and rules of every column', () => {
    for (const column of columns) {
      const [, type = '', isNull = '', fallback = '', meaning = '', rules = ''] = rowOf(
        pageOf(column.table),
        column.name,
      );
      expect({ column, type }).toEqual({ column, type: `\`${column.type}\`` });
      expect({ column, isNull }).toEqual({
        column,
        isNull: column.notNull ? 'no' : expect.stringMatching(/^yes(: |, unless ).{4}/),
      });
      expect({ column, fallback }).toEqual({
        column,
        fallback: column.default === null ? '' : `\`${column.default}\``,
      });
      expect({ column, said: (meaning + isNull).length > 5, ruled: rules.length > 5 }).toEqual({
        column,
        said: true,
        ruled: true,
      });
    }
  });

  it('states the ON DELETE rule of every foreign key on both pages and in the diagram', () => {
    const foreign = constraints.filter(({ kind }) => kind === 'f');
    expect(foreign).toHaveLength(18);
    for (const {
      table,
      columns: [column = ''],
      onDelete,
    } of foreign) {
      const [, parent = '', rule] = rowOf(pageOf(table).replace(/[^]*\n## Foreign keys/, ''), column);
      expect(rule).toContain(`(${onDelete})`);
      const target = /^\[(\w+)\]/.exec(parent)?.[1] ?? '';
      expect(pageOf(target)).toMatch(
        new RegExp(`^\\| \\[${table}\\.${column}\\]\\(${table}\\.md\\) +\\| .*\\(${onDelete}\\)`, 'm'),
      );
      expect(read('diagram.md')).toMatch(
        new RegExp(`^  ${target} [|o]{2}--o[{|] ${table} : "${column}, ${onDelete}"$`, 'm'),
      );
    }
  });

  it('states the purpose of every index and the retention of every table', () => {
    for (const { table, name, columns: parts } of indexes) {
      const [, definition, purpose = ''] = rowOf(pageOf(table), name);
      expect(definition).toContain(`(${parts.join(', ')})`);
      expect(purpose.length).toBeGreaterThan(10);
    }
    for (const { table, days } of RETENTION_POLICIES) {
      expect(pageOf(table)).toMatch(
        days === 'forever' ? /^Kept for ever\. /m : new RegExp(`^Kept ${days} days, `, 'm'),
      );
    }
  });
});
