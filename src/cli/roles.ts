import { Command } from 'commander';
import type { Environment } from '../connection/environment.js';
import type { Difference } from '../operations/catalog/diff.js';
import { readVerifiers } from '../operations/roles/passwords.js';
import { RolesError } from '../operations/roles/roles.js';
import { checkRoles, setUpRoles } from '../operations/roles/set-up.js';
import { ROLE_MATRIX } from '../schema/role-matrix.js';
import {
  COULD_NOT_CHECK,
  createAction,
  exitWithCouldNotCheck,
  formatCommand,
  formatCount,
  formatExamples,
  output,
} from './command.js';
import { describeTarget, withDatabase, withDataSource } from './database.js';

interface RolesFlags {
  check?: boolean;
  adopt?: boolean;
  passwordFile?: string[];
  json?: boolean;
}

const HELP = `
Creates the roles owner, migrator, app, reader and retention, gives each the rights that docs/reference/roles.md lists, and revokes
all others. The schema and everything in it then belong to owner, and PUBLIC has no rights. Either everything is done or nothing; a
second run changes nothing. Connect as a superuser, or as the owner of the database with CREATEROLE, and run it again after a
restore. Roles belong to the server: all its databases share them and their passwords.

A password file contains one password of 16 characters or more. The server receives its SCRAM verifier only. To rotate a password,
run the command again with a new file. A role without a password cannot log in.

Exit code 0: all roles and rights are in order. 1: --check found differences. 2: it failed, and nothing was changed.
${formatExamples(
  'db:roles --password-file app=/run/secrets/app --password-file migrator=/run/secrets/migrator',
  'db:roles --check',
)}
To make a password file: openssl rand -base64 24 > /run/secrets/app`;

const command = new Command('db:roles')
  .description('create or repair the database roles and their rights')
  .option('--check', 'only print the differences, and exit with 1 if there are any')
  .option('--adopt', 'take over roles of these names that db:roles did not create')
  .option('--password-file <role=file...>', 'set the password of a role to the content of the file')
  .option('--json', 'print the report as JSON')
  .addHelpText('after', HELP)
  .exitOverride(exitWithCouldNotCheck)
  .action(
    createAction(
      (environment, flags: RolesFlags) => (flags.check ? check(environment, flags) : setUp(environment, flags)),
      COULD_NOT_CHECK,
    ),
  );

export const commands = [command];

async function setUp(environment: Environment, { adopt = false, passwordFile = [], json }: RolesFlags): Promise<void> {
  const verifiers = await readVerifiers(passwordFile);
  const { repaired, passwords, notes } = await withDatabase(environment, (database) =>
    withDataSource(database, (dataSource) => setUpRoles(dataSource, ROLE_MATRIX, { verifiers, adopt }), {
      purpose: 'administer',
    }),
  );
  if (json) {
    output.json({ repaired: repaired.map(toJson), passwords, notes });
    return;
  }
  for (const line of shortenRepairs(repaired)) output.line(`repaired: ${line}`);
  for (const role of passwords) output.line(`the password of ${role} is set`);
  for (const note of notes) output.note(`note: ${note}`);
  if (repaired.length + passwords.length === 0) output.line('Nothing to do: all roles and rights are in order.');
}

async function check(environment: Environment, { passwordFile, adopt, json }: RolesFlags): Promise<void> {
  if (passwordFile !== undefined || adopt !== undefined) {
    throw new RolesError('--check changes nothing: leave out --password-file and --adopt.');
  }
  await withDatabase(environment, async (database) => {
    const options = { readOnly: true, applicationName: 'shared-db roles' };
    const compare = (dataSource: Parameters<typeof checkRoles>[0]) => checkRoles(dataSource, ROLE_MATRIX);
    const differences = await withDataSource(database, compare, options);
    const address = describeTarget(database);
    if (json) output.json({ database: address, same: differences.length === 0, differences: differences.map(toJson) });
    else for (const line of formatDifferences(differences, address)) output.line(line);
    if (differences.length > 0) process.exitCode = 1;
  });
}

function formatDifferences(differences: readonly Difference[], address: string): string[] {
  if (differences.length === 0) return [`All roles and rights are in order; ${address}.`];
  const count = formatCount(differences.length, 'difference');
  return [
    ...differences.map(({ message }) => message),
    `${count}; ${address}. To repair them: ${formatCommand('db:roles')}`,
  ];
}

/** Counts the missing grants if there are many, as at the first run. */
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
