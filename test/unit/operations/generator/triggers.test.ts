import { describe, expect, it } from '@jest/globals';
import { readsColumn } from '../../../../src/operations/generator/triggers.js';
import type { CatalogObject } from '../../../../src/operations/catalog/snapshot.js';

describe('a trigger', () => {
  const column = (name: string): CatalogObject => ({ kind: 'column', name, on: '$schema.posts', facts: {} });
  const trigger = (events: string, when = ''): CatalogObject => ({
    kind: 'trigger',
    name: 'status',
    on: '$schema.posts',
    facts: {
      definition: `CREATE TRIGGER status BEFORE ${events} ON $schema.posts FOR EACH ROW ${when}EXECUTE FUNCTION $schema.status('status')`,
    },
  });

  it.each([
    ['its condition', trigger('UPDATE', `WHEN (((old.status)::text <> 'x'::text)) `)],
    ['the new row in its condition', trigger('INSERT', 'WHEN ((new.status IS NULL)) ')],
    ['its list of columns', trigger('INSERT OR UPDATE OF content, status')],
  ])('reads a column that is named in %s', (_, reader) => {
    expect(readsColumn(reader, column('status'))).toBe(true);
  });

  it.each([
    ['its name, function and arguments', trigger('UPDATE OF content')],
    ['a text of its condition', trigger('UPDATE', `WHEN ((old.content = 'old.status'::text)) `)],
    ['a type of its condition', trigger('UPDATE', `WHEN ((old.content = 'x'::$schema.status)) `)],
    ['a comparison of whole rows', trigger('UPDATE', 'WHEN ((old.* IS DISTINCT FROM new.*)) ')],
  ])('does not read a column whose name is only in %s', (_, reader) => {
    expect(readsColumn(reader, column('status'))).toBe(false);
  });

  it('reads a column whose name is quoted', () => {
    expect(readsColumn(trigger('UPDATE', 'WHEN ((old."Status" IS NULL)) '), column('"Status"'))).toBe(true);
  });
});
