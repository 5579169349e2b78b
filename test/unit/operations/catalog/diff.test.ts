import { describe, expect, it } from '@jest/globals';
import { diff, splitIndex } from '../../../../src/operations/catalog/diff.js';
import { reverseRight } from '../../../../src/operations/catalog/repair.js';
import {
  type CatalogObject,
  toKey,
  type Kind,
  toObject,
  type Snapshot,
} from '../../../../src/operations/catalog/snapshot.js';
import { findStaleEntries, withoutMigrationOnly } from '../../../../src/operations/catalog/compare.js';

const object = (kind: Kind, name: string, more: Partial<CatalogObject> = {}): CatalogObject => ({
  kind,
  name,
  facts: {},
  ...more,
});

const snapshot = (objects: readonly CatalogObject[], version = 18): Snapshot => ({
  version,
  owner: 'owner',
  database: 'antone',
  schema: 'public',
  objects: Object.fromEntries(objects.map((each) => [toKey(each), each])),
});

const sentences = (expected: Snapshot, actual: Snapshot): string[] =>
  diff(expected, actual).map(({ message }) => message);

describe('diff', () => {
  it('returns nothing for equal snapshots with different owners', () => {
    const posts = snapshot([object('table', '$schema.posts')]);
    expect(diff(posts, { ...posts, owner: 'somebody', database: 'other' })).toEqual([]);
  });

  it('returns one difference for a missing table and all that belongs to it', () => {
    const table = object('table', '$schema.posts');
    const column = object('column', 'id', { on: '$schema.posts', parent: 'table posts' });
    const grant = object('grant', 'SELECT (id) ON TABLE $schema.posts TO app', { parent: 'column posts.id' });
    expect(sentences(snapshot([table, column, grant]), snapshot([]))).toEqual(['table posts is missing']);
    expect(sentences(snapshot([]), snapshot([table, column, grant]))).toEqual(['table posts is there, should not be']);
    expect(sentences(snapshot([table, column, grant]), snapshot([table]))).toEqual(['posts.id is missing']);
  });

  it('compares the order of the columns that both snapshots have', () => {
    const ordered = (order: string): Snapshot =>
      snapshot([object('table', '$schema.t', { facts: { 'column order': order } })]);
    expect(sentences(ordered('a, b, "c, d"'), ordered('a, "c, d"'))).toEqual([]);
    expect(sentences(ordered('a, b, c'), ordered('b, a'))).toEqual([
      'table t: column order is b, a, should be a, b, c',
    ]);
  });

  it('ignores a privilege that one of the two PostgreSQL versions does not have', () => {
    const maintain = object('grant', 'MAINTAIN ON TABLE $schema.posts TO app');
    expect(sentences(snapshot([maintain]), snapshot([], 15))).toEqual([]);
    expect(sentences(snapshot([maintain]), snapshot([]))).toEqual(['grant MAINTAIN ON TABLE posts TO app is missing']);
  });

  it('shows long texts where they begin to differ, and white space when nothing else differs', () => {
    const body = (text: string): Snapshot => snapshot([object('function', '$schema.f()', { facts: { body: text } })]);
    expect(sentences(body(`${'a'.repeat(300)}b${'c'.repeat(300)}`), body('a'.repeat(300)))).toEqual([
      `function f(): body is …${'a'.repeat(40)}”, should be …${'a'.repeat(40)}b${'c'.repeat(79)}…`,
    ]);
    expect(sentences(body('SELECT 1'), body('SELECT  1'))).toEqual([
      'function f(): body is "SELECT  1", should be "SELECT 1"',
    ]);
  });

  it('replaces $owner in grants, and not in comments', () => {
    const grant = snapshot([object('revoked', 'TRUNCATE ON TABLE $schema.posts FROM $owner')]);
    expect(diff(snapshot([]), grant)).toMatchObject([
      {
        message: 'right TRUNCATE ON TABLE posts FROM owner is revoked, should not be',
        repair: 'GRANT TRUNCATE ON TABLE public.posts TO owner',
      },
    ]);
    const comment = snapshot([object('table', '$schema.posts', { facts: { comment: `costs $owner's \\` } })]);
    expect(diff(comment, snapshot([object('table', '$schema.posts')]))).toMatchObject([
      { repair: `COMMENT ON TABLE public.posts IS E'costs $owner''s \\\\'` },
    ]);
  });
});

describe('splitIndex', () => {
  it.each([
    [
      'CREATE UNIQUE INDEX "a USING b" ON ONLY public."t (x)" USING btree (lower(("c)" || \'(\'::text)) DESC, d) INCLUDE (e) NULLS NOT DISTINCT WITH (fillfactor=\'50\') WHERE (f > 0)',
      {
        table: 'ONLY public."t (x)"',
        method: 'btree',
        columns: '(lower(("c)" || \'(\'::text)) DESC, d)',
        uniqueness: 'UNIQUE',
        INCLUDE: '(e)',
        nulls: 'NOT DISTINCT',
        WITH: "(fillfactor='50')",
        WHERE: '(f > 0)',
      },
    ],
    ['CREATE INDEX i ON public.t USING gin (a)', { table: 'public.t', method: 'gin', columns: '(a)' }],
    [
      'CREATE INDEX i ON public.t USING btree (a) SOMEHOW',
      { definition: 'CREATE INDEX i ON public.t USING btree (a) SOMEHOW' },
    ],
  ])('splits %s', (definition, parts) => {
    expect(splitIndex(definition)).toEqual(parts);
  });
});

describe('toObject', () => {
  const queryOf = (query: string): string | undefined =>
    toObject({ kind: 'view', name: 'public.v', on: null, parent: null, facts: { query } }, 'agent_one')[1].facts.query;

  it('returns the same query for a view of one table on PostgreSQL 15, which qualifies its columns, and on 18', () => {
    const on15 = ` SELECT posts.id,\n    count(*) AS "posts.x"\n   FROM public.posts\n  WHERE (posts.a > 'b'::text)\n  GROUP BY posts.id;`;
    const on18 = ` SELECT id,\n    count(*) AS "posts.x"\n   FROM public.posts\n  WHERE (a > 'b'::text)\n  GROUP BY id;`;
    expect(queryOf(on15)).toBe(on18);
    expect(queryOf(on18)).toBe(on18);
  });

  it.each([
    ` SELECT p.id\n   FROM (public.posts p\n     JOIN public.authors a ON ((p.author_id = a.id)));`,
    ` SELECT p.id\n   FROM public.posts p,\n    public.authors a;`,
    ` SELECT posts.id\n   FROM public.posts\nUNION\n SELECT authors.id\n   FROM public.authors;`,
  ])('keeps the query of a view of several tables: %j', (query) => {
    expect(queryOf(query)).toBe(query);
  });
});

describe('reverseRight', () => {
  it.each([
    ['SELECT ON TABLE public.posts TO app', 'SELECT ON TABLE public.posts FROM app'],
    ['SELECT ON TABLE public."a TO b" TO "x FROM y"', 'SELECT ON TABLE public."a TO b" FROM "x FROM y"'],
    [
      'FOR ROLE r IN SCHEMA s GRANT SELECT ON TABLES TO PUBLIC',
      'FOR ROLE r IN SCHEMA s REVOKE SELECT ON TABLES FROM PUBLIC',
    ],
  ])('reverses %s', (given, taken) => {
    expect(reverseRight(given)).toBe(taken);
    expect(reverseRight(taken)).toBe(given);
  });
});

describe('withoutMigrationOnly', () => {
  const [extra] = diff(snapshot([]), snapshot([object('trigger', 'tg', { on: '$schema.t' })]));
  const entry = { object: 'trigger tg on t', reason: 'TypeORM knows no triggers.' };

  it('removes the differences of listed objects only', () => {
    expect(extra && withoutMigrationOnly([extra], [entry])).toEqual([]);
    expect(extra && withoutMigrationOnly([extra], [])).toEqual([extra]);
  });

  it('keeps a listed object that differs in a fact', () => {
    const changed = { object: entry.object, fact: 'firing', is: 'disabled', shouldBe: null, message: '' };
    expect(withoutMigrationOnly([changed], [entry])).toContain(changed);
  });

  it('removes differences in the order of columns', () => {
    const last = { object: 'table t', fact: 'column order', is: 'id, b, a', shouldBe: 'id, a, b', message: '' };
    expect(withoutMigrationOnly([last], [])).toEqual([]);
    const other = { ...last, fact: 'comment' };
    expect(withoutMigrationOnly([other], [])).toEqual([other]);
  });

  it('is complemented by findStaleEntries, which reports an entry that is no longer needed', () => {
    const [without, having] = [snapshot([]), snapshot([object('trigger', 'tg', { on: '$schema.t' })])];
    expect(findStaleEntries(without, having, [entry])).toEqual([]);
    for (const migrated of [without, having]) {
      const stale = findStaleEntries(migrated, migrated, [entry]);
      expect(stale).toMatchObject([
        { message: expect.stringContaining('trigger tg on t is listed as created by migrations only, but is not') },
      ]);
    }
  });

  it('is complemented by findStaleEntries, which accepts an entry for a table that only the entities have dropped', () => {
    const table = object('table', '$schema.t');
    const migrated = snapshot([table, object('trigger', 'tg', { on: '$schema.t', parent: 'table t' })]);
    expect(withoutMigrationOnly(diff(snapshot([]), migrated), [entry]).map(({ object: key }) => key)).toEqual([
      'table t',
    ]);
    expect(findStaleEntries(snapshot([]), migrated, [entry])).toEqual([]);
  });
});
