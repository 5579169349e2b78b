import type { DataSource } from 'typeorm';
import { spawnCli, type RunningCli } from './cli.js';

/** The last thing `npm start` says when it is up. */
export const READY = 'Ctrl-C\n';

export const start = (env: Record<string, string>, folder?: string): RunningCli =>
  spawnCli(['start'], { env: { PORT: '0', ...env }, ...(folder === undefined ? {} : { folder }) });

/** The URL of the server, from its summary. */
export const serverOf = ({ stdout }: RunningCli): URL => new URL(/^server +(\S+)$/m.exec(stdout)?.[1] ?? '');

/** How many sessions others have in the database of that URL. */
export async function sessions(dataSource: DataSource, url: string): Promise<number> {
  const [row] = await dataSource.query<{ n: number }[]>(
    'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1',
    [new URL(url).pathname.slice(1)],
  );
  return row?.n ?? 0;
}
