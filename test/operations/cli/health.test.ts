import { describe, expect, it, jest } from '@jest/globals';
import { existsSync } from 'node:fs';
import { runCli, workingFolder } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { openProxy } from '../../support/proxy.js';

jest.setTimeout(30_000);

const db = useDatabase();

describe('health', () => {
  it('prints the report and exits 0 if all is well', async () => {
    const result = await runCli(['health'], { env: { DATABASE_URL: db.url } });
    expect(result).toEqual({ code: 0, stdout: expect.any(String), stderr: '' });
    expect(result.stdout).toMatch(
      /^status {6}ok\ndatabase {4}PostgreSQL \d+\.\d+, answered in \d+ ms\nmigrations {2}\d+ applied, 0 pending\n$/,
    );
  });

  it('exits 1 and prints the reason if migrations are pending', async () => {
    const result = await runCli(['health'], { env: { DATABASE_URL: await db.create({ bare: true }) } });
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^status {6}error: .*migrations pending; run migration:run\.$/m);
  });

  it('exits 1 within the timeout if the database hangs, prints the report with --json, and shows no password', async () => {
    const proxy = await openProxy(db.url);
    proxy.freeze();
    const begin = performance.now();
    const result = await runCli(['health', '--json', '--timeout', '200'], { env: { DATABASE_URL: proxy.url } });
    expect(performance.now() - begin).toBeLessThan(10_000);
    await proxy.down();
    expect(result).toEqual({ code: 1, stdout: expect.any(String), stderr: '' });
    expect(JSON.parse(result.stdout)).toMatchObject({ status: 'error', database: { ok: false } });
    expect(result.stdout).toContain('did not answer within 200 ms');
    const { password } = new URL(db.url);
    if (password !== '') expect(result.stdout).not.toContain(decodeURIComponent(password));
  });

  it('starts no embedded server', async () => {
    const { folder, remove } = await workingFolder();
    const result = await runCli(['health'], { folder });
    expect(result.code).toBe(1);
    expect(result.stdout).toBe(
      'status      error: No embedded server runs in this folder: start one with npx shared-db start, or set DATABASE_URL.\n',
    );
    expect(existsSync(`${folder}/.data`)).toBe(false);
    await remove();
  });
});
