import { Command } from 'commander';
import type { DatabaseTarget, Environment } from '../connection/environment.js';
import type { Difference } from '../operations/catalog/diff.js';
import { createAction, output } from './command.js';
import { acquireDatabase, describeTarget, withDatabase, withReadOnly } from './database.js';
import { ROLE_MATRIX } from '../schema/role-matrix.js';

interface RolesOptions {
  check?: boolean;
  adopt?: boolean;
  passwordFile?: string[];
  json?: boolean;
}

const HELP = `
Makes the roles owner, migrator, app, reader and retention, gives each what docs/reference/roles.md says, and takes away what it
should not have; the schema and everything in it then belongs to owner, and PUBLIC may nothing. All or nothing; twice changes
nothing. Connect as a superuser, or as the database's owner with CREATEROLE; run it again after a restore. Roles belong to the
whole server: databases on one server share them and their passwords.

A password file holds one password of 16 characters or more. What reaches the server is its SCRAM verifier; rotate by running
it again with a new file. Without a password a role cannot log in.

Exit code 0: all is as it should be. 1: --check found differences. 2: it could not be done, and nothing was changed.

Examples:
  openssl rand -base64 24 > /run/secrets/app
  npm run db:roles -- --password-file app=/run/secrets/app --password-file migrator=/run/secrets/migrator
  npm run db:roles -- --check`;

/** 1 means that something differs. */
const COULD_NOT = 2;

export const rolesCommand = new Command('db:roles')
  .description('make or repair the database roles and their rights')
  .option('--check', 'change nothing; say what differs, and exit 1 if anything does')
  .option('--adopt', 'take over roles of these names that something else made')
  .option('--password-file <role=file...>', 'set the password of a role to what the file holds')
  .option('--json', 'print the report for a machine')
  .addHelpText('after', HELP)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : COULD_NOT))
  .action(
    createAction(async (environment, options: RolesOptions) => {
      await (options.check ? check(environment, options) : setUp(environment, options));
    }, COULD_NOT),
  );

async function setUp(environment: Environment, { adopt, passwordFile = [], json }: RolesOptions): Promise<void> {
  const { readVerifiers } = await import('../operations/roles/passwords.js');
  const verifiers = await readVerifiers(passwordFile);
  const { setUpRoles } = await import('../operations/roles/set-up.js');
  const { repaired, passwords, notes } = await withDatabase(
    environment,
    (dataSource) => setUpRoles(dataSource, ROLE_MATRIX, { verifiers, adopt: adopt ?? false }),
    'administer',
  );
  if (json) {
    output.json({ repaired: repaired.map(toJson), passwords, notes });
    return;
  }
  for (const line of shortenRepairs(repaired)) output.line(`repaired: ${line}`);
  for (const role of passwords) output.line(`the password of ${role} is set`);
  for (const note of notes) output.note(`note: ${note}`);
  if (repaired.length + passwords.length === 0) output.line('Nothing to do: roles and rights are as they should be.');
}

async function check(environment: Environment, { passwordFile, adopt, json }: RolesOptions): Promise<void> {
  if (passwordFile !== undefined || adopt !== undefined) {
    const { RolesError } = await import('../operations/roles/roles.js');
    throw new RolesError('--check changes nothing: leave out --password-file and --adopt.');
  }
  const database = await acquireDatabase(environment);
  try {
    const differences = await readDifferences(database);
    const address = describeTarget(database);
    if (json) output.json({ database: address, same: differences.length === 0, differences: differences.map(toJson) });
    else for (const line of formatDifferences(differences, address)) output.line(line);
    if (differences.length > 0) process.exitCode = 1;
  } finally {
    await database.release();
  }
}

async function readDifferences(database: DatabaseTarget): Promise<Difference[]> {
  const { checkRoles } = await import('../operations/roles/set-up.js');
  return withReadOnly(database, 'shared-db roles', (dataSource) => checkRoles(dataSource, ROLE_MATRIX));
}

function formatDifferences(differences: readonly Difference[], address: string): string[] {
  if (differences.length === 0) return [`Roles and rights are as they should be; ${address}.`];
  const count = `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`;
  return [...differences.map(({ message }) => message), `${count}; ${address}. Repair: npm run db:roles`];
}

/** The first time nearly every right is missing. */
function shortenRepairs(repaired: readonly Difference[]): string[] {
  const missing = repaired.filter(({ object, is }) => is === null && object.startsWith('grant '));
  if (missing.length < 20) return repaired.map(({ message }) => message);
  return [
    ...repaired.filter((difference) => !missing.includes(difference)).map(({ message }) => message),
    `${missing.length} grants are missing`,
  ];
}

function toJson({ object, message }: Difference): Pick<Difference, 'object' | 'message'> {
  return { object, message };
}
