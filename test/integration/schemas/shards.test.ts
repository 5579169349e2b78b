import { beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseError } from '../../../src/errors/translate.js';
import { useDatabase } from '../../support/database.js';
import { ask } from '../../support/migrator/query.js';

const SHARD = '_102098';

/** Gives every table, constraint and trigger of the schema the name that it has on a worker of Citus. */
const RENAME = `DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT conname, conrelid::regclass AS t FROM pg_constraint JOIN pg_class c ON c.oid = conrelid
             WHERE c.relnamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u', 'p') AND octet_length(conname) < 57 LOOP
    EXECUTE format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', one.t, one.conname, one.conname || '${SHARD}');
  END LOOP;
  FOR one IN SELECT tgname, tgrelid::regclass AS t FROM pg_trigger WHERE NOT tgisinternal LOOP
    EXECUTE format('ALTER TRIGGER %I ON %s RENAME TO %I', one.tgname, one.t, one.tgname || '${SHARD}');
  END LOOP;
  FOR one IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %I RENAME TO %I', one.relname, one.relname || '${SHARD}');
  END LOOP;
END $$`;

const AUTHOR = `INSERT INTO authors (platform, platform_id, handle) VALUES ('TWITTER', '1', 'invented')`;

/** Statements that PostgreSQL refuses. `beforeAll` writes the valid counterpart of each. */
const REFUSED: readonly (readonly [what: string, sql: string])[] = [
  ['a second author with a platform id', AUTHOR],
  [
    'too many followers',
    `INSERT INTO authors (platform, platform_id, handle, follower_count) VALUES ('TWITTER', '2', 'invented', -1)`,
  ],
  ['no handle', `INSERT INTO authors (platform, platform_id) VALUES ('TWITTER', '3')`],
  [
    'no such author',
    `INSERT INTO posts (platform, platform_post_id, author_id, content) VALUES ('TWITTER', '1', gen_random_uuid(), 'invented')`,
  ],
  ['a change of the audit log', `UPDATE audit_logs SET action = 'invented'`],
];

describe('on a schema whose names have shards', () => {
  const db = useDatabase();
  const errors = new Map<string, DatabaseError>();

  const refusal = async (sql: string): Promise<DatabaseError> => {
    const error = await db.dataSource.query(sql).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof DatabaseError) return error;
    throw new Error(`It was not refused: ${sql}`);
  };

  beforeAll(async () => {
    await db.dataSource.query(AUTHOR);
    await db.dataSource.query(
      `INSERT INTO audit_logs (actor, action, entity_type, entity_id, details_json) VALUES ('me', 'tried', 'posts', '1', '{}')`,
    );
    for (const [what, sql] of REFUSED) errors.set(what, await refusal(sql));
    await ask(db.url, RENAME);
  });

  it.each(REFUSED)('an error is the same as without: %s', async (what, sql) => {
    const plain = errors.get(what);
    const found = await refusal(sql.replace(/(INTO|UPDATE) (\w+)/, `$1 $2${SHARD}`));
    expect(found).toBeInstanceOf(plain?.constructor);
    const { summary, table, columns, constraint, message, code, sqlState } = found;
    expect({ summary, table, columns, constraint, message, code, sqlState }).toEqual({
      ...{ summary: plain?.summary, table: plain?.table, columns: plain?.columns, constraint: plain?.constraint },
      ...{ message: plain?.message, code: plain?.code, sqlState: plain?.sqlState },
    });
    expect(`${message} ${table ?? ''} ${constraint ?? ''}`).not.toContain(SHARD);
  });
});
