import { describe, expect, it } from '@jest/globals';
import { generateReference } from '../../../scripts/generate/reference/index.js';
import { SHIPPED_SNAPSHOT } from '../../../src/schema/shipped-snapshot.js';
import type { CatalogObject, Snapshot } from '../../../src/operations/catalog/snapshot.js';

/** Returns the shipped catalog with one object replaced, added or removed. */
function withObject(key: string, object: CatalogObject | undefined): Snapshot {
  const others = Object.entries(SHIPPED_SNAPSHOT.objects).filter(([name]) => name !== key);
  return { ...SHIPPED_SNAPSHOT, objects: Object.fromEntries([...others, ...(object ? [[key, object] as const] : [])]) };
}

function shipped(key: string): CatalogObject {
  const object = SHIPPED_SNAPSHOT.objects[key];
  if (!object) throw new Error(`The shipped catalog has no ${key}.`);
  return object;
}

function pageOf(snapshot: Snapshot, path: string): string {
  return generateReference(snapshot).find((file) => file.path === `docs/reference/${path}`)?.content ?? '';
}

describe('the generated reference', () => {
  it('is not written when the comment of a nullable column does not say when it is null', () => {
    const column = shipped('column posts.processed_at');
    const silent = { ...column, facts: { ...column.facts, comment: 'When its decision was stored.' } };
    expect(() => generateReference(withObject('column posts.processed_at', silent))).toThrow(
      'posts.processed_at may be null and does not say when: add "Null: …" to the comment of its property.',
    );
  });

  it.each([
    ['Null: not posted. Told by X.', 'yes: not posted', 'Told by X.'],
    ['Who did. Null unless APPROVED; see v1.5.', 'yes, unless APPROVED; see v1.5', 'Who did.'],
    ['A | B. Null: none | all.', 'yes: none \\| all', 'A \\| B.'],
  ])('shows when a column is null, from the comment: %s', (comment, when, meaning) => {
    const column = shipped('column posts.processed_at');
    const snapshot = withObject('column posts.processed_at', { ...column, facts: { ...column.facts, comment } });
    expect(pageOf(snapshot, 'tables/posts.md')).toContain(
      `| \`timestamp(3) with time zone\` | ${when} |  | ${meaning} |`,
    );
  });

  it('is not written when an index names no query that it serves', () => {
    const key = 'index ix_posts__extra';
    const definition = 'CREATE INDEX ix_posts__extra ON $schema.posts USING btree (content)';
    const index: CatalogObject = {
      kind: 'index',
      name: '$schema.ix_posts__extra',
      parent: 'table posts',
      facts: { definition },
    };
    expect(() => generateReference(withObject(key, index))).toThrow(
      'Nobody says which query ix_posts__extra on posts serves: declare it with @IndexFor.',
    );
  });

  it.each([
    ['column posts.content', 'no property is behind its column posts.content'],
    ['table posts', 'Post has no table in it'],
  ])('is not written from a snapshot that is older than the entities: without %s', (key, why) => {
    expect(() => generateReference(withObject(key, undefined))).toThrow(
      `src/schema/shipped-snapshot.ts is not of the same time as the entities (${why}): run npm run docs:snapshot`,
    );
  });

  it('is not written when a table has no entity', () => {
    const table: CatalogObject = { kind: 'table', name: '$schema.ghosts', parent: 'schema $schema', facts: {} };
    expect(() => generateReference(withObject('table ghosts', table))).toThrow('no entity is behind its table ghosts');
  });

  it('shows rights, and objects that have no section of their own', () => {
    const grant: CatalogObject = {
      kind: 'grant',
      name: 'SELECT ON TABLE $schema.posts TO app',
      parent: 'table posts',
      facts: {},
    };
    expect(pageOf(withObject('grant x', grant), 'tables/posts.md')).toContain(
      '## Rights\n\n- `SELECT ON TABLE posts TO app`',
    );
    const definition = 'CREATE POLICY own ON $schema.posts AS PERMISSIVE FOR SELECT TO app USING (true)';
    const policy: CatalogObject = {
      kind: 'policy',
      name: 'own',
      on: '$schema.posts',
      parent: 'table posts',
      facts: { definition },
    };
    expect(pageOf(withObject('policy own on posts', policy), 'tables/posts.md')).toContain(
      '| `policy own` | `CREATE POLICY own',
    );
  });
});
