import { describe, expect, it } from '@jest/globals';
import { getMetadataArgsStorage, type QueryRunner } from 'typeorm';
import { ENTITIES } from '../../../src/entities/index.js';
import { MIGRATIONS } from '../../../src/migrations/index.js';

/** TypeORM compares CHECKs by name alone: an entity whose rule has changed under the same name looks unchanged to it. */
describe('the CHECKs of the entities', () => {
  it('are identical to those of the migrations', async () => {
    const migrated = checksIn(await migrationSql());
    const declared = new Map(
      getMetadataArgsStorage()
        .checks.filter(({ target }) => ENTITIES.some((entity) => entity === target))
        .map(({ name = '', expression }) => [name, squeezed(expression)]),
    );
    expect(declared.size).toBeGreaterThan(200);
    expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(migrated));
  });
});

/** Every statement of the history, without running one. */
async function migrationSql(): Promise<string> {
  const statements: string[] = [];
  const recorder = { query: (sql: string) => Promise.resolve(statements.push(sql)) } as unknown as QueryRunner;
  for (const Migration of MIGRATIONS) await new Migration().up(recorder);
  return statements.join(';\n');
}

function checksIn(sql: string): Map<string, string> {
  const checks = new Map<string, string>();
  for (const match of sql.matchAll(/CONSTRAINT "(ck_\w+)" CHECK \(/g)) {
    const start = match.index + match[0].length;
    checks.set(match[1] ?? '', squeezed(sql.slice(start, closing(sql, start))));
  }
  return checks;
}

/** Where the parenthesis closes that was open at `start`; those in string literals do not count. */
function closing(sql: string, start: number): number {
  let depth = 1;
  let quoted = false;
  for (let at = start; at < sql.length; at += 1) {
    if (sql[at] === "'") quoted = !quoted;
    else if (!quoted && sql[at] === '(') depth += 1;
    else if (!quoted && sql[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error('a CHECK does not end');
}

/** Generated migrations are laid out for reading. */
function squeezed(sql: string): string {
  return sql.replaceAll(/\s+/g, '');
}
