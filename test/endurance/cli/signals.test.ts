import { describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnCli } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { openProxy } from '../../support/proxy.js';
import { READY, serverOf, sessions, start } from '../../support/start.js';

jest.setTimeout(60_000);

const db = useDatabase();

describe('start under npm', () => {
  it('stops when the shell between npm and the command ends, because that shell forwards no signal', async () => {
    const url = await db.create();
    const running = spawnCli(['start'], { env: { DATABASE_URL: url, PORT: '0' }, shell: true });
    await running.says(READY);
    running.kill('SIGTERM');
    // `ended` waits for the end of the output, so the command has ended too, not only the shell.
    await running.ended;
    expect(running.stderr).toMatch(/Stopping/);
    await expect(fetch(serverOf(running))).rejects.toThrow();
    expect(await sessions(db.dataSource, url)).toBe(0);
  });
});

describe('start at a second signal', () => {
  it('ends at once with exit code 130', async () => {
    const proxy = await openProxy(db.url);
    proxy.freeze();
    const running = start({ DATABASE_URL: proxy.url });
    while (proxy.made === 0) await sleep(20);
    running.kill('SIGINT');
    await running.says('Stopping');
    await sleep(400);
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    await proxy.down();
  });
});
