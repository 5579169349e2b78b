import { expect, test } from '@jest/globals';
import { type EntityClass, getFields } from '../../src/columns/registry.js';
import { validateValue } from '../../src/columns/validators.js';
import { Post, Reply } from '../../src/entities/index.js';
import { readCatalog } from '../schema/agreement/checks.js';
import { useDatabase } from '../support/database.js';

/*
 * The validator and the CHECK use different tables of Unicode. So this test checks every character with both: alone as a text,
 * alone as an item of a list, and after another character.
 */
const db = useDatabase();

const SUBJECTS: [EntityClass, string, string, string, (c: string) => unknown][] = [
  [Reply, 'approvedBy', 'ck_replies__approved_by_blank', 'chr(point)', (c) => c],
  [Post, 'keywordMatches', 'ck_posts__keyword_matches_items', 'ARRAY[chr(point)]', (c) => [c]],
  [Post, 'keywordMatches', 'ck_posts__keyword_matches_items', `ARRAY['x' || chr(point)]`, (c) => [`x${c}`]],
];

test.each(SUBJECTS)(
  '%p %s: %s and the validator give the same verdict for every character (%s)',
  async (entity, property, check, sql, value) => {
    const { checks } = await readCatalog(db.dataSource);
    const expression = checks.find(({ name }) => name === check)?.expression ?? '';
    const column = checks.find(({ name }) => name === check)?.columns[0] ?? '';
    const byDatabase = new Set<number>();
    // In parts, so that each ends before the statement timeout.
    for (let first = 1; first < 0x110000; first += 0x20000) {
      const refused = await db.dataSource.query<{ point: number }[]>(
        `SELECT point FROM (SELECT point, ${sql} AS "${column}" FROM generate_series($1::int, least($1 + 131071, 1114111)) point
           WHERE point NOT BETWEEN 55296 AND 57343) asked
         WHERE NOT (${expression})`,
        [first],
      );
      for (const { point } of refused) byDatabase.add(point);
    }
    const rules = getFields(entity).get(property)?.rules ?? [];
    const points = Array.from({ length: 0x10ffff }, (_, index) => index + 1).filter(
      (point) => point < 0xd800 || point > 0xdfff,
    );
    const different = points.filter(
      (point) => byDatabase.has(point) !== validateValue(rules, value(String.fromCodePoint(point))).length > 0,
    );
    expect(different.map((point) => point.toString(16))).toEqual([]);
    expect(byDatabase.size).toBeGreaterThan(30);
    process.stdout.write(
      `${check} (${sql}): ${points.length} characters compared, ${byDatabase.size} refused by both\n`,
    );
  },
  60_000,
);
