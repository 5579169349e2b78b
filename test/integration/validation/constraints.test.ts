import { expect, test } from '@jest/globals';
import { describeConstraint } from '../../../src/validation/constraints.js';
import { BOOKKEEPING_TABLES } from '../../../src/operations/catalog/bookkeeping.js';
import { useDatabase } from '../../support/database.js';

const db = useDatabase();
const REGCLASSES = BOOKKEEPING_TABLES.map((table) => `'${table}'::regclass`).join(', ');

test('describeConstraint knows every constraint of the migrated database with columns and, except foreign keys, a message', async () => {
  const rows = await db.dataSource.query<{ name: string; table: string; kind: string; columns: string[] }[]>(`
    SELECT conname AS name, conrelid::regclass::text AS table, contype::text AS kind,
      ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS key (number, position)
        JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY position) AS columns
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u') AND conrelid NOT IN (${REGCLASSES})
    UNION ALL
    SELECT indexrelid::regclass::text, indrelid::regclass::text, 'i',
      ARRAY(SELECT attname::text FROM unnest(indkey::int2[]) WITH ORDINALITY AS key (number, position)
        JOIN pg_attribute ON attrelid = indrelid AND attnum = number ORDER BY position)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indisunique AND relnamespace = 'public'::regnamespace AND indrelid NOT IN (${REGCLASSES})
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  `);
  expect(rows.length).toBeGreaterThan(200);
  for (const { name, table, kind, columns } of rows) {
    const known = describeConstraint(name);
    // A CHECK lists its columns by their place in the table, ours by their place in the rule.
    const inOrder = (list: readonly string[] = []) => (kind === 'c' ? [...list].sort() : [...list]);
    expect({ name, table: known?.table, columns: inOrder(known?.columns) }).toEqual({
      name,
      table,
      columns: inOrder(columns),
    });
    if (kind !== 'f') expect(known?.summary?.length).toBeGreaterThan(10);
  }
});
