/** Commands and services that end badly, as processes: what they leave on a terminal or in a log. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../support/cli.js';
import { preparedServer } from '../../support/databases.js';
import { BAD_URLS } from './addresses.js';
import { urlAt } from './connecting.js';
import { HANDLE, PASSWORD, POST_TEXT } from './planted.js';
import type { Leaking } from './probe.js';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessPath extends Leaking {
  readonly run: (site: ProcessSite) => Promise<Ended>;
  readonly code: number;
  /** It ends for this reason and no other: in what it says. */
  readonly says: RegExp;
}

interface ProcessSite {
  /** Refuses the login of `urlAt`. */
  readonly port: number;
  readonly nobody: number;
  /** Holds the author of `statements.ts`. */
  readonly planted: string;
  /** Whose triggers raise the text of a post at whatever is written; and the same for whatever is created. */
  readonly raising: string;
  readonly raisingBare: string;
}

interface Command {
  readonly args: readonly string[];
  /** When it could do nothing. */
  readonly code: number;
}

const RUN: Command = { args: ['migration:run'], code: 1 };
const CHECK: Command = { args: ['migration:check'], code: 2 };
const HEALTH: Command = { args: ['health'], code: 1 };
const REFERENCE: Command = { args: ['seed:reference', '--json'], code: 1 };
const TYPEORM: Command = { args: ['typeorm', 'query', 'SELECT 1'], code: 1 };
const COMMANDS: readonly Command[] = [
  ...[RUN, CHECK, HEALTH, REFERENCE, TYPEORM],
  { args: ['start'], code: 1 },
  { args: ['migration:show'], code: 1 },
  { args: ['seed'], code: 1 },
  { args: ['db:roles', '--check'], code: 2 },
];

const command = (
  how: string,
  { args, code }: Command,
  says: RegExp,
  env: (site: ProcessSite) => Record<string, string>,
): ProcessPath => ({
  name: `${args.join(' ')}: ${how}`,
  run: (site) => runCli(args, { env: { SHARED_DB_LOG_SQL: '1', ...env(site) } }),
  code,
  says,
});

const databaseUrl = (place: (site: ProcessSite) => string, debug: boolean) => (site: ProcessSite) => ({
  DATABASE_URL: place(site),
  ...(debug ? { DEBUG: '1' } : {}),
});

const wrongPassword = ({ port }: ProcessSite): string => urlAt(`127.0.0.1:${port}/postgres`);
const refused = ({ nobody }: ProcessSite): string => urlAt(`127.0.0.1:${nobody}/postgres`);
const bad = (kind: string) => (): string => BAD_URLS[kind] ?? '';

const REFUSED = /rejects the password|rejected the user or password|AUTHENTICATION_FAILED/;
const NOBODY = /no server listens on this host and port|CONNECTION_LOST|connection refused/;
const MISREAD = /database URL/;

const TO_DATABASES: readonly ProcessPath[] = [
  ...COMMANDS.map((one) => command('wrong password, DEBUG', one, REFUSED, databaseUrl(wrongPassword, true))),
  ...[RUN, HEALTH, TYPEORM].map((one) => command('refused', one, NOBODY, databaseUrl(refused, false))),
  ...[RUN, CHECK].map((one) =>
    command('a password not encoded', one, MISREAD, databaseUrl(bad('a password that is not encoded'), false)),
  ),
  command('an unknown sslmode, DEBUG', HEALTH, MISREAD, databaseUrl(bad('an unknown sslmode'), true)),
  command('no port', TYPEORM, MISREAD, databaseUrl(bad('no port where it should be'), true)),
  command(
    'rows in an error',
    REFERENCE,
    /P0001|refused/,
    databaseUrl(({ raising }) => raising, true),
  ),
  command(
    'rows in an error',
    RUN,
    /P0001|refused/,
    databaseUrl(({ raisingBare }) => raisingBare, true),
  ),
  command(
    'rows in an error',
    { args: ['typeorm', 'query', 'UPDATE authors SET relationship_score = 2'], code: 1 },
    /CHECK|23514|relationship/,
    databaseUrl(({ planted }) => planted, true),
  ),
];

const given = (name: string, args: readonly string[], says: RegExp): ProcessPath => ({
  name: `a secret as an argument: ${name}`,
  run: () => runCli(args),
  code: 1,
  says,
});

const URL_TEXT = urlAt('db.example.com/db');
const UNENCODED = BAD_URLS['a password that is not encoded'] ?? '';

/** The one command that takes a URL. */
const rehearse = (how: string, says: RegExp, server: (site: ProcessSite) => string): ProcessPath => ({
  name: `migration:rehearse --server: ${how}`,
  run: (site) =>
    runCli(['migration:rehearse', '--server', server(site)], { env: { DATABASE_URL: site.raisingBare, DEBUG: '1' } }),
  code: 2,
  says,
});

const REHEARSALS: readonly ProcessPath[] = [
  rehearse('wrong password', REFUSED, wrongPassword),
  rehearse('a password not encoded', MISREAD, bad('a password that is not encoded')),
];

/** Refused before anything is connected to. */
const ARGUMENTS: readonly ProcessPath[] = [
  given('a URL', ['migration:run', URL_TEXT], /too many arguments/),
  given('an unknown option with a URL', ['migration:run', `--url=${URL_TEXT}`], /unknown option/),
  given('a URL where a number should be', ['health', '--timeout', URL_TEXT], /argument '<hidden>/),
  given('a URL for a command', [URL_TEXT], /unknown command/),
  given('a URL with spaces for a command', [UNENCODED], /unknown command/),
  given('an unknown option with a password', ['health', `--password=${PASSWORD}`], /unknown option/),
];

const crash = (name: string, way: string, says: RegExp, url: (site: ProcessSite) => string): ProcessPath => ({
  name: `a service that crashes: ${name}`,
  run: (site) => runService(way, url(site)),
  code: 1,
  says,
});

const planted = (site: ProcessSite): string => site.planted;

const CRASHES: readonly ProcessPath[] = [
  crash('an unhandled rejection', 'rejection', /UniqueViolation/, planted),
  crash('a rejection at the top', 'thrown', /UniqueViolation/, planted),
  crash('an error that no code catches', 'nextTick', /UniqueViolation/, planted),
  crash('a row that is not there', 'notFound', /EntityNotFound/, planted),
  crash('a connection that is lost', 'idle', /ConnectionLost/, planted),
  crash('a wrong password', 'thrown', /AuthenticationFailed/, wrongPassword),
  crash('a bad URL', 'thrown', /DatabaseUrlError/, bad('an unknown sslmode')),
  crash('with a handler', 'handled', /"cause":\{.*UniqueViolation/, planted),
];

/** Throws in a command, as soon as that is ready for it; a module to be imported before the command. */
const INSIDE = (thrower: string): string =>
  `process.on('newListener', (event) => {
    if (event !== 'uncaughtException') return;
    const { HANDLE_OF_TEST: handle, TEXT_OF_TEST: text } = process.env;
    const error = Object.assign(new TypeError(handle + ' ' + text), { detail: text, cause: new Error(handle) });
    setImmediate(() => { ${thrower} });
  });`;

const commandCrash = (name: string, thrower: string, debug: boolean): ProcessPath => ({
  name: `a command that crashes: ${name}`,
  run: ({ planted: url }) =>
    runCli(['migration:show'], {
      env: {
        DATABASE_URL: url,
        HANDLE_OF_TEST: HANDLE,
        TEXT_OF_TEST: POST_TEXT,
        NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(INSIDE(thrower))}`,
        ...(debug ? { DEBUG: '1' } : {}),
      },
    }),
  code: 2,
  says: /error: .*TypeError/,
});

const COMMAND_CRASHES: readonly ProcessPath[] = [
  commandCrash('an error that no code catches', 'throw error;', false),
  commandCrash('thrown where nobody waits, DEBUG', 'throw error;', true),
  commandCrash('an unhandled rejection, DEBUG', 'Promise.reject(error);', true),
];

export const PROCESSES: readonly ProcessPath[] = [
  ...TO_DATABASES,
  ...REHEARSALS,
  ...ARGUMENTS,
  ...CRASHES,
  ...COMMAND_CRASHES,
];

function runService(way: string, url: string): Promise<Ended> {
  const { program } = preparedServer();
  const service = fileURLToPath(new URL('./crash-service.js', import.meta.url));
  const env = {
    ...process.env,
    URL_OF_TEST: url,
    HANDLE_OF_TEST: HANDLE,
    TEXT_OF_TEST: POST_TEXT,
    SHARED_DB_LOG_SQL: '1',
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [service, program, way], { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}
