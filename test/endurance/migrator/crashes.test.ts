import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { acquireEmbeddedServer, type EmbeddedServer } from '../../../src/embedded/embedded-server.js';
import { countStatements, strikeAt } from '../../support/migrator/kill.js';
import { ask, withClient } from '../../support/migrator/query.js';
import { KILL_TIMES } from '../../support/migrator/statement-proxy.js';
import { report, rounds } from '../rounds.js';

jest.setTimeout(3_600_000);

const CRASHES = rounds(60);

describe('a migration whose server or connection is killed', () => {
  let folder: string;
  let server: EmbeddedServer;
  let made = 0;

  const start = async (): Promise<void> => {
    server = await acquireEmbeddedServer({ folder: join(folder, 'postgres') });
  };
  const database = async (): Promise<string> => {
    const name = `crash_${(made += 1)}`;
    await withClient(server.url(), (client) => client.query(`CREATE DATABASE ${name}`));
    return name;
  };
  /** Kills the postmaster with SIGKILL; its child processes then exit. */
  const killServer = async (): Promise<void> => {
    const [line = ''] = (await readFile(join(server.folder, 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(line), 'SIGKILL');
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shared-db-crash-'));
    await start();
  });
  afterAll(async () => {
    await server.release();
    await rm(server.folder, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  });

  const places = async (): Promise<{ statement: number; moment: (typeof KILL_TIMES)[number] }[]> => {
    const statements = await countStatements(server.url(await database()));
    return Array.from({ length: CRASHES }, (_, n) => ({
      statement: 1 + Math.floor(((n + 0.5) / CRASHES) * statements),
      moment: KILL_TIMES[n % KILL_TIMES.length] ?? 'before',
    }));
  };

  it('is applied completely or not at all after SIGKILL of the server, and the next run completes the rest', async () => {
    const issues: string[] = [];
    for (const place of await places()) {
      const name = await database();
      const again = async (): Promise<string> => {
        await server.release();
        await start();
        return server.url(name);
      };
      issues.push(...(await strikeAt(server.url(name), place, killServer, again)));
    }
    report(`SIGKILL of the server at ${CRASHES} moments: ${issues.length} not completed by the next run`);
    expect(issues).toEqual([]);
  });

  it('is completed by the next run after pg_terminate_backend of its connection', async () => {
    const issues: string[] = [];
    for (const place of await places()) {
      const url = server.url(await database());
      const terminate = async (): Promise<void> => {
        await ask(
          server.url(),
          `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'shared-db migrator %'`,
          [url.slice(url.lastIndexOf('/') + 1)],
        );
      };
      issues.push(...(await strikeAt(url, place, terminate, () => Promise.resolve(url))));
    }
    report(`pg_terminate_backend at ${CRASHES} moments: ${issues.length} not completed by the next run`);
    expect(issues).toEqual([]);
  });
});
