import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { restoreBackup, takeBackup, verifyBackup } from '../../../src/operations/backup/backup.js';
import { compareFingerprints } from '../../../src/operations/backup/differences.js';
import type { Fingerprint } from '../../../src/operations/backup/fingerprint.js';
import {
  type Backup,
  BackupDamagedError,
  BackupDiffersError,
  BackupError,
  BackupToolError,
} from '../../../src/operations/backup/manifest.js';
import { readDatabaseFingerprint } from '../../../src/operations/backup/server.js';
import { findTool, getMajorVersion } from '../../../src/operations/backup/tool.js';
import { useDatabase } from '../../support/database.js';
import { addExtras, besides, dropBesides, emptyFolder, listening, noPgDump, query, serverVersion } from './support.js';

jest.setTimeout(60_000);

const reason = await noPgDump();
const skipped = reason === undefined ? '' : ` (skipped: ${reason})`;
const OLD_BIN = '/usr/lib/postgresql/15/bin';
const server = await serverVersion();

(reason === undefined ? describe : describe.skip)(`a backup by pg_dump${skipped}`, () => {
  const db = useDatabase();
  let folder: string;
  let remove: () => Promise<void>;
  let url: string;
  let before: Fingerprint;
  let backup: Backup;

  /** The backup once more, to be damaged. */
  const copyOfBackup = async (name: string): Promise<string> => {
    const copy = join(folder, name);
    await cp(backup.folder, copy, { recursive: true });
    return copy;
  };
  /** A folder of programs that do what is written here before or after what they do. */
  const programs = async (name: string, scripts: { pg_dump?: string; pg_restore?: string }): Promise<string> => {
    const bin = join(folder, name);
    await mkdir(bin);
    for (const tool of ['pg_dump', 'pg_restore'] as const) {
      const { program } = await findTool(tool, server);
      await writeFile(join(bin, tool), (scripts[tool] ?? 'exec REAL "$@"').replaceAll('REAL', program));
      await chmod(join(bin, tool), 0o755);
    }
    return bin;
  };

  beforeAll(async () => {
    ({ folder, remove } = await emptyFolder());
    url = await db.create();
    await addExtras(url);
    before = await readDatabaseFingerprint(listening(url));
    backup = await takeBackup(listening(url), { engine: 'dump', folder: join(folder, 'backups') });
  });

  afterAll(async () => {
    await dropBesides(url);
    await remove();
  });

  it('records tool and version, in a folder that only its owner can read', async () => {
    const context = listening(url);
    const { folder: made, manifest } = await takeBackup(context, { engine: 'dump', folder: join(folder, 'more') });
    expect(context.notes).toEqual([
      expect.stringMatching(/^backing up with pg_dump \d+\.\d+, \d+ tables$/),
      expect.stringMatching(/^pg_dump wrote [\d.]+ MB$/),
    ]);
    expect((await readdir(made)).sort()).toEqual(['database.dump', 'manifest.json']);
    for (const file of ['database.dump', 'manifest.json']) {
      expect((await stat(join(made, file))).mode & 0o777).toBe(0o600);
    }
    expect(manifest.dump).toMatchObject({ bytes: (await stat(join(made, 'database.dump'))).size });
    expect(await readdir(join(folder, 'more'))).toHaveLength(1);
  });

  it('is restored to an equal database, which replaces the other', async () => {
    expect(await verifyBackup(listening(url), backup.folder)).toMatchObject({ engine: 'dump' });
    expect(await besides(url)).toEqual([]);
    await query(
      url,
      'DROP MATERIALIZED VIEW counted; DROP TABLE extras; ALTER DATABASE CURRENT RESET work_mem'.replace(
        'CURRENT',
        `"${new URL(url).pathname.slice(1)}"`,
      ),
    );
    const { keptAs } = await restoreBackup(listening(url), backup.folder);
    expect(compareFingerprints(before, await readDatabaseFingerprint(listening(url)))).toEqual([]);
    expect(await besides(url)).toEqual([keptAs]);
  });

  it('contains one state of the database, without later commits', async () => {
    let [going, written] = [true, 1000];
    const writer = (async () => {
      while (going) await query(url, `INSERT INTO extras (id) VALUES (${(written += 1)})`);
    })();
    const moving = await takeBackup(listening(url), { engine: 'dump', folder: join(folder, 'moving') });
    going = false;
    await writer;
    expect(written).toBeGreaterThan(1001);
    await verifyBackup(listening(url), moving.folder);
    await query(url, 'DELETE FROM extras WHERE id > 1000');
  });

  it('passes the password to pg_dump only in its environment, and writes it nowhere', async () => {
    const role = `dumper_${process.env.JEST_WORKER_ID ?? '0'}_${process.pid}`;
    await query(url, `CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'hunter2 ''w/rd'`);
    const bin = await programs('spying', {
      pg_dump: `#!/bin/sh\n[ "$1" = --version ] || { echo "$@"; ps -ef; echo "password $PGPASSWORD"; } > "${join(folder, 'spied')}"\nexec REAL "$@"\n`,
    });
    const own = new URL(url);
    [own.username, own.password] = [role, encodeURIComponent(`hunter2 'w/rd`)];
    const context = listening(own.href, { pgBin: bin });
    const { folder: made } = await takeBackup(context, { engine: 'dump', folder: join(folder, 'spied-on') });
    const [args = '', ...rest] = (await readFile(join(folder, 'spied'), 'utf8')).trim().split('\n');
    expect(args).toContain('--format=custom');
    expect([args, ...rest.slice(0, -1)].join('\n')).not.toContain('hunter2');
    expect(rest.at(-1)).toBe(`password hunter2 'w/rd`);
    expect(context.notes.join() + (await readFile(join(made, 'manifest.json'), 'utf8'))).not.toContain('hunter2');
    await query(url, `DROP ROLE ${role}`);
  });

  it.each<[string, (file: string) => Promise<void>, string]>([
    ['cut short', (file) => truncate(file, 5000), 'is truncated (5000 of '],
    ['changed in one byte', (file) => flip(file, 6000), 'was changed (its checksum differs)'],
    ['grown', async (file) => writeFile(file, 'x', { flag: 'a' }), 'has grown ('],
  ])('is refused when its dump was %s', async (_, damage, message) => {
    const copy = await copyOfBackup(`damaged-${message.slice(0, 5)}`);
    await damage(join(copy, 'database.dump'));
    const error = await verifyBackup(listening(url), copy).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BackupDamagedError);
    expect((error as Error).message).toContain(`The backup in ${copy} is damaged: database.dump ${message}`);
    await expect(restoreBackup(listening(url), copy)).rejects.toThrow(BackupDamagedError);
  });

  it('is refused when its manifest was changed or is missing', async () => {
    const copy = await copyOfBackup('other-manifest');
    await flip(join(copy, 'manifest.json'), 3000);
    await expect(verifyBackup(listening(url), copy)).rejects.toThrow(
      `The backup in ${copy} is damaged: its manifest.json was changed. Use another backup.`,
    );
    await expect(verifyBackup(listening(url), folder)).rejects.toThrow(
      `There is no backup in ${folder}. Give a folder created by migration:run --backup.`,
    );
  });

  it('reports 12 of 12 objects that a restore lost, by name', async () => {
    const losses = [
      ['DROP INDEX ix_posts__processed_at', 'index ix_posts__processed_at is missing'],
      ['DELETE FROM extras WHERE id < 3', 'extras: 2 rows are missing (498, should be 500)'],
      ['DROP TRIGGER tg_audit_logs__append_only ON audit_logs', 'trigger tg_audit_logs__append_only on audit_logs is missing'],
      ['ALTER TABLE posts ALTER error_count SET DEFAULT 1', 'posts.error_count: default is 1, should be 0'],
      ['ALTER TABLE posts DROP CONSTRAINT ck_posts__content_length', 'posts ck_posts__content_length is missing'],
      ['ALTER TABLE replies DROP CONSTRAINT fk_replies__decision_id', 'replies fk_replies__decision_id is missing'],
      ['COMMENT ON TABLE authors IS NULL', 'table authors: comment is none, should be'],
      [`SELECT setval('extras_id_seq', 7)`, 'sequence extras_id_seq: position is 7, should be 500'],
      ['REVOKE USAGE ON SCHEMA public FROM PUBLIC', 'grant USAGE ON SCHEMA public TO PUBLIC is missing'],
      ['REFRESH MATERIALIZED VIEW counted WITH NO DATA', 'materialized view counted: rows are not populated'],
      ['SELECT lo_unlink(oid) FROM pg_largeobject_metadata', 'large objects: 1 row is missing (0, should be 1)'],
      ['GRANT SELECT ON posts TO PUBLIC', 'grant SELECT ON TABLE posts TO PUBLIC is there, should not be'],
    ] as const; // prettier-ignore
    await writeFile(join(folder, 'losses.sql'), losses.map(([sql]) => `${sql};`).join('\n'));
    const bin = await programs('lossy', {
      pg_restore: `#!/bin/sh
[ "$1" = --version ] && exec REAL "$@"
REAL "$@" && psql -qX -v ON_ERROR_STOP=1 -f "${join(folder, 'losses.sql')}" >/dev/null
`,
    });
    const error = await verifyBackup(listening(url, { pgBin: bin }), backup.folder).catch((thrown: unknown) => thrown);
    const { differences, message } = error as BackupDiffersError;
    expect(error).toBeInstanceOf(BackupDiffersError);
    const found = losses.map(([, message]) => differences.filter((line) => line.includes(message)));
    expect(found.map((lines) => lines.length)).toEqual(losses.map(() => 1));
    expect(differences).toHaveLength(losses.length);
    expect(message).toMatch(/ is not equal to the database at the time of the backup: .*; and 7 more\.$/);
    expect((await besides(url)).filter((other) => other.includes('_restore_'))).toEqual([]);
  });

  it('is refused for a database with an invalid index, which pg_dump leaves out', async () => {
    await query(url, `INSERT INTO extras (id) VALUES (1)`);
    await expect(query(url, 'CREATE UNIQUE INDEX CONCURRENTLY uq_extras__id ON extras (id)')).rejects.toThrow();
    await expect(takeBackup(listening(url), { engine: 'dump', folder: join(folder, 'refused') })).rejects.toThrow(
      'The database has invalid indexes, which pg_dump leaves out: uq_extras__id. Repair them with REINDEX INDEX CONCURRENTLY, or drop them.',
    );
    expect(await readdir(join(folder, 'refused'))).toEqual([]);
    await query(url, 'DROP INDEX uq_extras__id');
  });

  it('leaves no files when it is interrupted', async () => {
    const bin = await programs('slow', {
      pg_dump: '#!/bin/sh\n[ "$1" = --version ] || exec sleep 30\nexec REAL "$@"\n',
    });
    const stop = new AbortController();
    const context = listening(url, { pgBin: bin, signal: stop.signal });
    const taking = takeBackup(context, { engine: 'dump', folder: join(folder, 'interrupted') });
    setTimeout(() => {
      stop.abort(new Error('enough'));
    }, 300);
    await expect(taking).rejects.toThrow();
    expect(await readdir(join(folder, 'interrupted'))).toEqual([]);
  });

  describe('on a small disk', () => {
    let disk: string;
    let mounted = false;

    beforeAll(async () => {
      disk = join(folder, 'disk');
      await mkdir(disk);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'ignore' });
        mounted = true;
      } catch {
        process.stderr.write('skipped: disk-full during a backup (mounting a small tmpfs needs root)\n');
      }
    });

    afterAll(() => {
      if (mounted) execFileSync('umount', [disk]);
    });

    it('is refused when there is too little space, with both figures', async () => {
      if (!mounted) return;
      await writeFile(join(disk, 'filler'), Buffer.alloc(3.9 * 2 ** 20));
      await expect(takeBackup(listening(url), { engine: 'dump', folder: disk })).rejects.toThrow(
        /^Not enough disk space for a backup in \S+: 0(\.\d)? MB are free, up to [\d.]+ MB are needed\. Free disk space, or give another --backup-dir\.$/,
      );
      await truncate(join(disk, 'filler'), 0);
    });

    it('reports a full disk, and removes the incomplete files', async () => {
      if (!mounted) return;
      const fill = `dd if=/dev/zero of="${join(disk, 'filler')}" bs=64k 2>/dev/null`;
      const bin = await programs('greedy', { pg_dump: `#!/bin/sh\n[ "$1" = --version ] || ${fill}\nexec REAL "$@"\n` });
      const error = await takeBackup(listening(url, { pgBin: bin }), { engine: 'dump', folder: disk }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(BackupError);
      expect((error as Error).message).toMatch(
        /^The disk of \S+ is full\. The incomplete backup of \w+ was removed\. Free disk space, or give another --backup-dir\.$/,
      );
      expect(await readdir(disk)).toEqual(['filler']);
    });
  });
});

describe('a dump tool that is older than the server', () => {
  const db = useDatabase();
  const possible = existsSync(join(OLD_BIN, 'pg_dump')) && getMajorVersion(server) > 15;

  (possible ? it : it.skip)(
    'is refused before anything is made, with both versions (Debian’s 15 against 18)',
    async () => {
      const { folder, remove } = await emptyFolder();
      const error = await takeBackup(listening(db.url, { pgBin: OLD_BIN }), { engine: 'dump', folder }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(BackupToolError);
      expect((error as Error).message).toMatch(
        /^pg_dump 15\.\d+ is older than the server, PostgreSQL 1[6-9]\.\d+\. Install the client programs of PostgreSQL 1[6-9] or later \(Debian: postgresql-client-1[6-9], from apt\.postgresql\.org\) and, unless they are on PATH, set PG_BIN to their folder\.$/,
      );
      expect(await readdir(folder)).toEqual([]);
      await remove();
    },
  );

  it('gets another message than a missing one', async () => {
    await expect(findTool('pg_dump', '18.4', '/nowhere')).rejects.toThrow(
      /^pg_dump was not found; the server is PostgreSQL 18\.4\. Install the client programs of PostgreSQL 18 or later /,
    );
  });
});

async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, at);
  await file.close();
}
