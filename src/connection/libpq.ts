import { parseDatabaseUrl } from './database-url.js';
import { environmentForLibpq } from './environment.js';
import { sessionSettings, startupOptions } from './session-settings.js';
import type { TlsRequest } from './tls.js';

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
    ...tlsOf(address.tls),
    PGAPPNAME: 'shared-db backup',
    PGOPTIONS: startupOptions(sessionSettings()),
    PGCONNECT_TIMEOUT: '10',
    // Messages in English: some are recognised.
    LC_ALL: 'C',
  });
}

/**
 * As strict as our own connections, which verify the server for every sslmode but `disable`; libpq does so for `verify-full` only.
 */
function tlsOf({ mode, ca, cert, key }: TlsRequest): Record<string, string> {
  if (mode === undefined) return {};
  if (mode === 'disable') return { PGSSLMODE: 'disable' };
  const files = Object.entries({ PGSSLROOTCERT: ca, PGSSLCERT: cert, PGSSLKEY: key });
  return {
    PGSSLMODE: 'verify-full',
    ...Object.fromEntries(files.filter((file): file is [string, string] => file[1] !== undefined)),
  };
}
