import type { MigrationState, MigrationStatus } from '../migrator/status.js';

/** `migration:show` in plain text: one line for each migration, and the sums. */
export function stateLines({ applied, pending, migrations }: MigrationStatus): string[] {
  return [...migrations.map(lineOf), `${applied.length} applied, ${pending.length} pending`];
}

function lineOf(migration: MigrationState): string {
  const remarks = remarksOn(migration);
  const line = `${migration.state.padEnd(8)} ${migration.name}`;
  return remarks.length === 0 ? line : `${line}  (${remarks.join(', ')})`;
}

function remarksOn({ state, at, version, by, step, errorCode, edited }: MigrationState): string[] {
  return [
    ...(at === null ? [] : [at.toISOString()]),
    ...(version === null ? [] : [`version ${version}`]),
    ...(by === null || state === 'applied' ? [] : [`by ${by}`]),
    ...(step === null ? [] : [`${step} statements done`]),
    ...(errorCode === null ? [] : [`error ${errorCode}`]),
    ...(edited ? ['edited since'] : []),
  ];
}
