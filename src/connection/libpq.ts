import { parse } from 'pg-connection-string';
import { parseDatabaseUrl } from './database-url.js';
import { environmentForLibpq } from './environment.js';

/**
 * The environment of a program that speaks to the database through libpq (pg_dump, pg_restore). The password goes this way
 * and no other: arguments can be read by everybody on the machine. Without one in the URL, PGPASSFILE is left to libpq.
 *
 * @param database another database of the same server
 */
export function libpqEnvironment(url: string, database?: string): NodeJS.ProcessEnv {
  const address = parseDatabaseUrl(url);
  const login = [
    ['PGUSER', address.user],
    ['PGPASSWORD', address.password],
  ] as const;
  return environmentForLibpq({
    PGHOST: address.host,
    PGPORT: String(address.port),
    PGDATABASE: database ?? address.database,
    ...Object.fromEntries(login.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    ...tlsOf(url),
    PGAPPNAME: 'shared-db backup',
    PGCONNECT_TIMEOUT: '10',
    // Messages in English: some are recognised.
    LC_ALL: 'C',
  });
}

/**
 * As strict as our own connections: node-postgres verifies the server for every sslmode but `disable` and `no-verify`, libpq
 * for `verify-full` only.
 */
function tlsOf(url: string): Record<string, string> {
  const { sslmode, ssl, sslrootcert, sslcert, sslkey } = parse(url) as unknown as Record<string, unknown>;
  if (sslmode === undefined && ssl === undefined) return {};
  if (sslmode === 'disable' || ssl === false) return { PGSSLMODE: 'disable' };
  const files = { PGSSLROOTCERT: sslrootcert, PGSSLCERT: sslcert, PGSSLKEY: sslkey };
  return {
    PGSSLMODE: sslmode === 'no-verify' ? 'require' : 'verify-full',
    ...Object.fromEntries(
      Object.entries(files).filter((file): file is [string, string] => typeof file[1] === 'string'),
    ),
  };
}
