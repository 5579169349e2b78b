import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { SHIPPED_SNAPSHOT } from '../../../src/schema/shipped-snapshot.js';
import { describeConstraint, toDatabaseError } from '../../../src/validation/index.js';

/** Every name of the schema that an error may carry beside a table: constraints, unique indexes, triggers. */
const NAMES = Object.values(SHIPPED_SNAPSHOT.objects).flatMap(({ kind, name, on = '', facts }) => {
  const table = on.replace('$schema.', '');
  if (kind === 'constraint' || kind === 'trigger') return [{ name, table }];
  const unique = /^CREATE UNIQUE INDEX \S+ ON \$schema\.(\S+)/.exec(facts.definition ?? '');
  return kind === 'index' && unique !== null ? [{ name: name.replace('$schema.', ''), table: unique[1] ?? '' }] : [];
});

const TABLES = Object.values(SHIPPED_SNAPSHOT.objects).flatMap(({ kind, name }) =>
  kind === 'table' ? [name.replace('$schema.', '')] : [],
);

/** As Citus 13 names the parts of a shard (AppendShardIdToName): cut, and with a hash, where the name would be too long. */
function sharded(name: string, shard = '_102098'): string {
  if (name.length + shard.length < 64) return name + shard;
  return `${name.slice(0, 64 - shard.length - 10)}_1a2b3c4d${shard}`;
}

const error = (fields: Record<string, unknown>) => toDatabaseError({ severity: 'ERROR', message: '', ...fields });

describe('names with a shard', () => {
  it('stand for the names without it: every constraint, unique index and trigger of the schema', () => {
    const ours = NAMES.filter(({ name, table }) => describeConstraint(name) !== undefined || table === 'audit_logs');
    // Bookkeeping tables are no part of the model: their constraints are translated as they are.
    expect(NAMES.length - ours.length).toBeLessThan(8);
    for (const { name, table } of ours) {
      const code = name.startsWith('tg_') ? '42501' : '23514';
      const plain = error({ code, table, constraint: name });
      const found = error({ code, table: sharded(table), constraint: sharded(name) });
      expect(found).toMatchObject({ name: plain?.name, message: plain?.message, constraint: name, table });
      expect([found?.columns, found?.summary]).toEqual([plain?.columns, plain?.summary]);
    }
    expect(ours.length).toBeGreaterThan(250);
    expect(ours.filter(({ name }) => sharded(name).length === 63).length).toBeGreaterThan(0);
    console.log(`${ours.length} names of constraints, unique indexes and triggers, each with a shard: all translated`);
  });

  it('stand for the tables without it where no constraint is named', () => {
    const tables = TABLES.filter((table) => describeConstraint(`pk_${table}`) !== undefined);
    expect(tables.length).toBeGreaterThan(15);
    for (const table of tables) {
      expect(error({ code: '23502', table: `${table}_102098`, column: 'id' })).toMatchObject({
        table,
        columns: ['id'],
      });
    }
  });

  it('could not be confused with names of ours: none ends in digits', () => {
    expect([...NAMES.map(({ name }) => name), ...TABLES].filter((name) => /_\d+$/.test(name))).toEqual([]);
  });

  it.each([
    ['a constraint of others', { table: 'things_7', constraint: 'ck_things__size_7' }],
    [
      'a name that only begins like ours',
      { table: 'posts_archive_7', constraint: 'ck_posts__error_count_range_old_7' },
    ],
  ])('leave %s alone', (_, fields) => {
    expect(error({ code: '23514', ...fields })).toMatchObject(fields);
  });
});
