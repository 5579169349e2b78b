import { describeAddress, type DatabaseAddress } from '../../connection/database-url.js';
import { DEFAULT_SCHEMA } from '../../connection/schema-name.js';
import { tableLines } from '../table.js';

/** What someone who has just started the development server wants to know. Holds no password. */
export interface Summary {
  readonly serverUrl: string;
  readonly address: DatabaseAddress;
  readonly schema: string;
  /** The file with the embedded server's password; undefined for another server. */
  readonly passwordFile: string | undefined;
  /** The server's, e.g. `18.4`. */
  readonly version: string;
  /** Migrations of this build: all of them, and those applied by this start. */
  readonly migrations: { readonly applied: number; readonly justNow: number };
  /** Why there is no sample data; undefined when there is. */
  readonly sampleRefused: string | undefined;
  readonly tables: readonly (readonly [name: string, rows: number])[];
}

export function summaryLines(summary: Summary): string[] {
  const { address, schema, migrations, passwordFile } = summary;
  const user = address.user === undefined ? '' : `, user ${address.user}`;
  const embedded = passwordFile === undefined ? '' : ' (embedded)';
  const facts: readonly (readonly [string, string])[] = [
    ['server', summary.serverUrl],
    ['health', `${summary.serverUrl}/health`],
    ['database', `${describeAddress(address)}${user}${embedded}`],
    ...(schema === DEFAULT_SCHEMA ? [] : [['schema', schema] as const]),
    ['PostgreSQL', summary.version],
    ['migrations', `${migrations.applied} applied, ${migrations.justNow} of them just now`],
    ['sample data', summary.sampleRefused === undefined ? 'present' : `not written. ${summary.sampleRefused}`],
    ['psql', psqlCommand(address, schema, passwordFile)],
    ['stop', 'Ctrl-C'],
  ];
  return [
    '',
    ...tableLines(['table', 'rows'], summary.tables),
    '',
    ...facts.map(([name, fact]) => `${name.padEnd(12)} ${fact}`),
  ];
}

/** For a shell. The embedded server's password is read from its file, another's is asked for. */
export function psqlCommand(address: DatabaseAddress, schema: string, passwordFile?: string): string {
  const { host, port, user, database } = address;
  const password = passwordFile === undefined ? [] : [`PGPASSWORD="$(cat ${quoted(passwordFile)})"`];
  const path = schema === DEFAULT_SCHEMA ? [] : [`PGOPTIONS='-c search_path=${schema}'`];
  const login = user === undefined ? [] : ['-U', quoted(user)];
  return [...path, ...password, 'psql', '-h', quoted(host), '-p', String(port), ...login, '-d', quoted(database)].join(
    ' ',
  );
}

function quoted(word: string): string {
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
