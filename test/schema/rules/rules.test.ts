import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { readCatalog, type Catalog } from '../../../src/operations/catalog/rules/catalog.js';
import { BOOKKEEPING_TABLES } from '../../../src/operations/catalog/bookkeeping.js';
import { SCHEMA_REQUIREMENTS } from '../../../src/schema/requirements.js';
import { RULES, validateCatalog } from '../../../src/operations/catalog/rules/index.js';
import { useDatabase } from '../../support/database.js';
import { COLUMN_CASES } from './cases/columns.js';
import { INDEX_CASES } from './cases/indexes.js';
import { KEY_CASES } from './cases/keys.js';
import { NAME_CASES } from './cases/names.js';
import { RIGHT_CASES } from './cases/rights.js';
import type { CasesByRule } from './case.js';

const CASES: CasesByRule = { ...NAME_CASES, ...COLUMN_CASES, ...KEY_CASES, ...INDEX_CASES, ...RIGHT_CASES };

const IDS = RULES.map(({ id }) => id);

/** The texts of a finding, which are joined to one line, and so have no full stop. */
const FINDING = {
  rule: expect.any(String),
  reason: expect.stringMatching(/^[a-zA-Z].*[^.]$/),
  object: expect.stringMatching(/\w/),
  problem: expect.stringMatching(/^[a-z].*[^.]$/),
  remedy: expect.stringMatching(/^[\w@].*[^.]$/),
};

describe('the schema rules', () => {
  let client: pg.Client;
  afterAll(() => client.end());
  const db = useDatabase();

  beforeAll(async () => {
    client = new pg.Client({ connectionString: db.url });
    await client.connect();
  });

  /** Runs the SQL in a transaction, reads the catalog, and rolls back. */
  async function planted(sql: string): Promise<Catalog> {
    await client.query('BEGIN');
    try {
      await client.query(sql);
      // The named statement is planned only once.
      return await readCatalog(async <Row extends object>(text: string) => {
        const { rows } = await client.query<Row>(text.includes('WITH RECURSIVE') ? { name: 'catalog', text } : text);
        return rows;
      }, 'public');
    } finally {
      await client.query('ROLLBACK');
    }
  }

  const findingsIn = (catalog: Catalog): string[] =>
    validateCatalog(catalog, SCHEMA_REQUIREMENTS).findings.map(({ rule, object }) => `${rule} ${object}`);

  it('find nothing in a migrated database, and each exception in src/schema/requirements.ts is needed', async () => {
    const { findings, excused } = validateCatalog(await planted(''), SCHEMA_REQUIREMENTS);
    expect(findings).toEqual([]);
    const named = (list: readonly { rule: string; object: string }[]) =>
      list.map(({ rule, object }) => `${rule} ${object}`).sort();
    expect(named(excused)).toEqual(named(SCHEMA_REQUIREMENTS.exceptions));
    expect(SCHEMA_REQUIREMENTS.exceptions.filter(({ rule }) => !IDS.includes(rule))).toEqual([]);
  });

  it('check every table except the bookkeeping tables', async () => {
    const { tables } = await planted('');
    const { rows } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace`,
    );
    const unchecked = rows.map(({ name }) => name).filter((name) => !tables.some((table) => table.name === name));
    expect(new Set(unchecked)).toEqual(new Set(BOOKKEEPING_TABLES));
  });

  it('have at least one violating and one valid case each', () => {
    expect(Object.keys(CASES).sort()).toEqual([...IDS].sort());
    const tested = IDS.filter((id) => {
      const { broken = [], fine = [] } = CASES[id] ?? {};
      const found = broken.filter(([, finds]) => finds.some((line) => line.startsWith(`${id} `)));
      return found.length > 0 && found.length === broken.length && fine.length > 0;
    });
    expect(tested).toEqual(IDS);
  });

  describe.each(Object.entries(CASES))('rule %s', (_, { broken, fine }) => {
    it.each(broken)('reports: %s', async (sql, finds) => {
      const catalog = await planted(sql);
      const { database, user } = client as unknown as { database: string; user: string };
      const filledIn = finds.map((line) => line.replace('$database', database).replace('$owner', user));
      expect(findingsIn(catalog).sort()).toEqual([...filledIn].sort());
      for (const finding of validateCatalog(catalog, SCHEMA_REQUIREMENTS).findings) expect(finding).toEqual(FINDING);
    });

    it.each(fine)('accepts: %s', async (sql) => {
      expect(findingsIn(await planted(sql))).toEqual([]);
    });
  });
});
