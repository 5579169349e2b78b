import { escapeIdentifier, escapeLiteral } from 'pg';
import { withClient } from '../connection/client.js';
import { diff } from '../schema/diff.js';
import { readSnapshot } from '../schema/snapshot.js';
import type { Fingerprint } from './fingerprint.js';
import { queryOf, type BackupContext } from './server.js';

/** Settings of the database and of roles in it, and rights on it: the server keeps them, so that neither a dump nor a copy has them. */
const KEPT_BY_SERVER = /^(setting .* of (DATABASE|ROLE .* IN DATABASE) |(grant|revoked) \S+ ON DATABASE )/;

/** A new, empty database like the one of the fingerprint: encoding, locale and owner; it takes nothing from template1. */
export function createStatement(name: string, { catalog, database }: Fingerprint): string {
  const [provider, collate = 'C', ctype = 'C', locale] = (database.locale ?? '').split('|');
  const encoding = catalog.objects['database $database']?.facts.encoding ?? 'UTF8';
  const by = provider === 'i' ? 'icu' : provider === 'b' ? 'builtin' : 'libc';
  return [
    `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0 ENCODING ${escapeLiteral(encoding)}`,
    `LC_COLLATE ${escapeLiteral(collate)} LC_CTYPE ${escapeLiteral(ctype)} LOCALE_PROVIDER ${by}`,
    ...(by === 'libc' || locale === undefined ? [] : [`${by.toUpperCase()}_LOCALE ${escapeLiteral(locale)}`]),
  ].join(' ');
}

/**
 * Gives a restored database what the server keeps for it: settings, rights, comment, limit, owner. What this role may not give is
 * missing from it, and found by the comparison that follows.
 */
export async function restoreDatabaseLevel(
  context: BackupContext,
  name: string,
  fingerprint: Fingerprint,
): Promise<void> {
  await withClient(context.url, { database: name, applicationName: 'shared-db backup' }, async (client) => {
    await client.query('BEGIN');
    const differences = diff(
      fingerprint.catalog,
      await readSnapshot(queryOf(client), fingerprint.catalog.schema, 'database'),
    );
    await client.query('COMMIT');
    const repairs = differences.flatMap(({ object, repair }) =>
      repair !== undefined && KEPT_BY_SERVER.test(object) ? [repair] : [],
    );
    for (const sql of [...ownStatements(escapeIdentifier(name), fingerprint), ...repairs]) {
      await client.query(sql).catch(unlessForbidden);
    }
  });
}

function ownStatements(name: string, { database }: Fingerprint): string[] {
  const { owner, comment, 'connection limit': limit } = database;
  return [
    ...(limit === undefined ? [] : [`ALTER DATABASE ${name} CONNECTION LIMIT ${Number(limit)}`]),
    ...(comment === undefined ? [] : [`COMMENT ON DATABASE ${name} IS ${escapeLiteral(comment)}`]),
    ...(owner === undefined ? [] : [`ALTER DATABASE ${name} OWNER TO ${escapeIdentifier(owner)}`]),
  ];
}

/** Not allowed to us, or to a role that this server does not have. */
function unlessForbidden(error: unknown): void {
  if (!['42501', '42704'].includes((error as { code: string }).code)) throw error;
}
