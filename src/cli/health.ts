import { Command, InvalidArgumentError } from 'commander';
import { EMBEDDED_FOLDER, type Environment } from '../connection/environment.js';
import { type HealthReport, createUnknownReport } from '../health/check.js';
import { createAction, output } from './command.js';

interface HealthOptions {
  json?: boolean;
  timeout: number;
}

const HELP = `
Exit code 0 when all is well, 1 otherwise. Asks the database of DATABASE_URL, without it the embedded one if it is running;
starts nothing.

Examples:
  npm run health
  npm run --silent health -- --json`;

export const healthCommand = new Command('health')
  .description('does the database answer, and does it have every migration? What /health says, from a shell')
  .option('--json', 'print the report for a machine')
  .option('--timeout <ms>', 'slower than this is an error', parseMilliseconds, 500)
  .addHelpText('after', HELP)
  .action(
    createAction(async (environment, { json, timeout }: HealthOptions) => {
      const report = await reportOn(environment, timeout);
      if (json) output.json(report);
      else for (const line of formatReport(report)) output.line(line);
      if (report.status !== 'ok') process.exitCode = 1;
    }),
  );

async function reportOn({ databaseUrl, schema }: Environment, timeoutMs: number): Promise<HealthReport> {
  const url = databaseUrl ?? (await findEmbeddedUrl());
  if (url === undefined) {
    return createUnknownReport('No database is running here: start one with npm start, or set DATABASE_URL.');
  }
  const { createDataSource } = await import('../data-source.js');
  const { createHealthCheck } = await import('../health/check.js');
  return createHealthCheck(createDataSource({ url, schema }), { timeoutMs })();
}

async function findEmbeddedUrl(): Promise<string | undefined> {
  // Loaded only here: production has no such package.
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
