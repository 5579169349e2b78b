import { describe, expect, it } from '@jest/globals';
import { type EntityClass, getFields } from '../../../src/columns/registry.js';
import { Author, ENTITIES, Post, Reply } from '../../../src/entities/index.js';
import { compileValidator } from '../../../src/validation/compiled-validator.js';
import { listViolations } from '../../../src/validation/validate-entity.js';
import { rowOf } from '../../support/rows.js';

const VALUES: readonly unknown[] = [
  ...[
    undefined,
    null,
    true,
    0,
    -1,
    0.5,
    2,
    7_000_000_000,
    Number.NaN,
    '',
    ' ',
    'A',
    'HELPFUL',
    'a_b',
    'x'.repeat(6_000),
    '\0',
  ],
  ...[
    [],
    ['a'],
    ['a', 'a'],
    [null],
    {},
    { likes: 1 },
    { likes: 'many' },
    new Date(),
    new Date(Number.NaN),
    () => 'now()',
  ],
];

const compiled = (entity: EntityClass): ((row: object) => unknown) => compileValidator(entity as new () => object);

describe.each(ENTITIES.map((entity) => [entity.name, entity] as const))('a compiled validator of %s', (_, entity) => {
  const validate = compiled(entity);

  it('accepts the smallest valid row', () => {
    expect(validate(rowOf(entity))).toEqual([]);
  });

  it('lists the same violations as validateEntity for each value in each column', () => {
    for (const property of getFields(entity).keys()) {
      for (const value of VALUES) {
        const row = rowOf(entity, { [property]: value });
        expect({ property, violations: validate(row) }).toEqual({
          property,
          violations: listViolations(entity, row, { write: 'insert' }),
        });
      }
    }
  });

  it('refuses an unknown property, and accepts one that is undefined or begins with an underscore', () => {
    expect(validate(rowOf(entity, { nonsense: 1 }))).toMatchObject([{ property: 'nonsense', constraint: 'unknown' }]);
    expect(validate(rowOf(entity, { nonsense: undefined, _own: 1 }))).toEqual([]);
  });
});

describe('compileValidator()', () => {
  it('does not miss a supplied property, and still checks everything else', () => {
    const validate = compileValidator(Post, ['authorId']);
    expect(validate(rowOf(Post, { authorId: undefined }))).toEqual([]);
    expect(validate(rowOf(Post, { authorId: undefined, content: '' }))).toMatchObject([{ property: 'content' }]);
    expect(validate(rowOf(Post, { authorId: undefined, platform: undefined }))).toMatchObject([
      { property: 'platform', constraint: 'required' },
    ]);
    expect(compileValidator(Post)(rowOf(Post, { authorId: undefined }))).toMatchObject([{ property: 'authorId' }]);
  });

  it('checks rules over several columns with the defaults of absent ones', () => {
    expect(compileValidator(Author)(rowOf(Author, { powerTierId: rowOf(Reply).decisionId }))).toMatchObject([
      { constraint: 'tier_of_power_user' },
    ]);
    expect(compileValidator(Author)(rowOf(Author, { handle: 'a-b' }))).toMatchObject([
      { constraint: 'handle_of_platform' },
    ]);
  });

  it('reads a relation as validateEntity does', () => {
    const { authorId, ...post } = rowOf(Post);
    expect(compileValidator(Post)({ ...post, author: { id: authorId } })).toEqual([]);
    expect(compileValidator(Post)({ ...post, author: 7 })).toMatchObject([
      { constraint: 'relation' },
      { property: 'authorId' },
    ]);
  });

  it('refuses every row of a class without rules', () => {
    expect(compileValidator(class Stranger {})({})).toMatchObject([{ constraint: 'rules' }]);
  });
});
