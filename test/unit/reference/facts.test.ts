import { describe, expect, it } from '@jest/globals';
import { generateReference } from '../../../scripts/generate/reference/index.js';
import { SHIPPED_SNAPSHOT } from '../../../src/schema/shipped-snapshot.js';
import type { CatalogObject, Snapshot } from '../../../src/operations/catalog/snapshot.js';

/** The shipped catalog with one object changed, added or taken away. */
function changed(key: string, object: CatalogObject | undefined): Snapshot {
  const others = Object.entries(SHIPPED_SNAPSHOT.objects).filter(([name]) => name !== key);
  return { ...SHIPPED_SNAPSHOT, objects: Object.fromEntries([...others, ...(object ? [[key, object] as const] : [])]) };
}

function shipped(key: string): CatalogObject {
  const object = SHIPPED_SNAPSHOT.objects[key];
  if (!object) throw new Error(`There is no ${key} any more.`);
  return object;
}

function pageOf(snapshot: Snapshot, path: string): string {
  return generateReference(snapshot).find((file) => file.path === `docs/reference/${path}`)?.content ?? '';
}

describe('the pages', () => {
  it('are refused for a column that may be null and does not say when', () => {
    const column = shipped('column posts.processed_at');
    const silent = { ...column, facts: { ...column.facts, comment: 'When its decision was stored.' } };
    expect(() => generateReference(changed('column posts.processed_at', silent))).toThrow(
      'posts.processed_at is nullable, but its comment does not say when it is null: add "Null: …" to the comment of its property.',
    );
  });

  it.each([
    ['Null: not posted. Told by X.', 'yes: not posted', 'Told by X.'],
    ['Who did. Null unless APPROVED; see v1.5.', 'yes, unless APPROVED; see v1.5', 'Who did.'],
    ['A | B. Null: none | all.', 'yes: none \\| all', 'A \\| B.'],
  ])('say when a column is null: %s', (comment, when, meaning) => {
    const column = shipped('column posts.processed_at');
    const snapshot = changed('column posts.processed_at', { ...column, facts: { ...column.facts, comment } });
    expect(pageOf(snapshot, 'tables/posts.md')).toContain(
      `| \`timestamp(3) with time zone\` | ${when} |  | ${meaning} |`,
    );
  });

  it('are refused for an index that serves no query', () => {
    const key = 'index ix_posts__extra';
    const definition = 'CREATE INDEX ix_posts__extra ON $schema.posts USING btree (content)';
    const index: CatalogObject = {
      kind: 'index',
      name: '$schema.ix_posts__extra',
      parent: 'table posts',
      facts: { definition },
    };
    expect(() => generateReference(changed(key, index))).toThrow(
      'The index ix_posts__extra on posts names no query that it serves: declare it with @IndexFor.',
    );
  });

  it.each([
    ['column posts.content', 'no property for its column posts.content'],
    ['table posts', 'Post has no table'],
  ])('are refused for a catalog of another time: without %s', (key, why) => {
    expect(() => generateReference(changed(key, undefined))).toThrow(
      `src/schema/shipped-snapshot.ts does not fit the entities (${why}): run npm run docs:snapshot`,
    );
  });

  it('are refused for a table that no entity is behind', () => {
    const table: CatalogObject = { kind: 'table', name: '$schema.ghosts', parent: 'schema $schema', facts: {} };
    expect(() => generateReference(changed('table ghosts', table))).toThrow('no entity for its table ghosts');
  });

  it('show rights, and what has no section of its own', () => {
    const grant: CatalogObject = {
      kind: 'grant',
      name: 'SELECT ON TABLE $schema.posts TO app',
      parent: 'table posts',
      facts: {},
    };
    expect(pageOf(changed('grant x', grant), 'tables/posts.md')).toContain(
      '## Privileges\n\n- `SELECT ON TABLE posts TO app`',
    );
    const definition = 'CREATE POLICY own ON $schema.posts AS PERMISSIVE FOR SELECT TO app USING (true)';
    const policy: CatalogObject = {
      kind: 'policy',
      name: 'own',
      on: '$schema.posts',
      parent: 'table posts',
      facts: { definition },
    };
    expect(pageOf(changed('policy own on posts', policy), 'tables/posts.md')).toContain(
      '| `policy own` | `CREATE POLICY own',
    );
  });
});
