import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { ENTITIES } from '../../../src/entities/index.js';
import { createHealthCheck } from '../../../src/health/check.js';
import { checkRoles } from '../../../src/operations/roles/set-up.js';
import { listRights, TABLES, RESTRICTED_COLUMNS } from '../../../src/schema/role-matrix.js';
import { type OwnServer, startOwnServer } from '../../support/own-server.js';
import { DATABASE, hba, prepare, settingsOf, urlOf, withSource } from '../../support/roles.js';
import { ID, rowOf } from '../../support/rows.js';
import { ALLOWED, type Attacker, ATTEMPTS } from './attempts.js';
import { localClient } from './local-client.js';
import { ROLE_MATRIX } from '../../../src/schema/role-matrix.js';

jest.setTimeout(60_000);

const ATTACKERS = ['app', 'reader', 'retention', 'migrator'] as const;
const COUNT = ATTEMPTS.reduce((sum, { by }) => sum + by.length, 0);
const STRANGER = 'of another application';
const HBA = readFileSync('docs/reference/pg_hba.conf', 'utf8');
const CONF = readFileSync('docs/reference/postgresql.conf', 'utf8');

/** What a later erasure must be able to do. */
const ERASURE = [
  `UPDATE replies SET content = 'Erased. —Antone (Vita)', updated_at = now()`,
  `UPDATE decisions SET signals_json = '{}'`,
];

/** What nobody may do to the rows that are there, approved and processed. */
const FINAL = [
  ...ERASURE,
  `UPDATE replies SET approval_status = 'PENDING', approved_by = NULL, approved_at = NULL`,
  `UPDATE replies SET approved_by = 'somebody-else'`,
  `UPDATE decisions SET mode = 'HYBRID'`,
  `UPDATE decisions SET signals_json = '{}', mode = 'HYBRID'`,
  `UPDATE posts SET processed_at = NULL`,
];

describe('an attacker with the password of a role', () => {
  let server: OwnServer;
  let superuser: pg.Client;
  const clients = new Map<Attacker, pg.Client>();
  const pids = new Map<string, number>();

  beforeAll(async () => {
    server = await startOwnServer(settingsOf(CONF));
    await prepare(server);
    superuser = new pg.Client({ connectionString: server.url(DATABASE) });
    await superuser.connect();
    await superuser.query(`CREATE SCHEMA vault; CREATE TABLE vault.secrets (secret text);
      INSERT INTO audit_logs (entity_type, entity_id, action, actor) VALUES ('x', 'x', 'x', 'x')`);
    pids.set('$superuser', await pidOf(superuser));
    for (const role of ATTACKERS) {
      const client = new pg.Client({ connectionString: urlOf(server, role) });
      await client.connect();
      clients.set(role, client);
      pids.set(`$${role}`, await pidOf(client));
    }
  });

  afterAll(async () => {
    for (const client of [...clients.values(), superuser]) await client.end();
    await server.stop();
  });

  /** SQLSTATE of the refusal, or `done`. Whoever is shut out of writing by default first lets himself in. */
  async function attempt(role: Attacker, sql: string): Promise<string> {
    const client = clients.get(role);
    await client?.query('SET default_transaction_read_only = off');
    try {
      await client?.query(sql.replaceAll(/\$(superuser|migrator)\b/g, (name) => String(pids.get(name))));
      return 'done';
    } catch (error) {
      return (error as pg.DatabaseError).code ?? String(error);
    } finally {
      await client?.query('ROLLBACK; RESET ALL');
    }
  }

  it(`is refused ${COUNT} attempts, each as insufficient_privilege`, async () => {
    const others: string[] = [];
    for (const { by, sql } of ATTEMPTS) {
      for (const role of by) {
        const state = await attempt(role, sql);
        if (state !== '42501') others.push(`${role}: ${state}: ${sql}`);
      }
    }
    expect(others).toEqual([]);
    expect(await withSource(server.url(DATABASE), (dataSource) => checkRoles(dataSource, ROLE_MATRIX))).toEqual([]);
  });

  it('can do what PostgreSQL allows every role', async () => {
    for (const role of ATTACKERS) {
      for (const sql of ALLOWED) expect([role, sql, await attempt(role, sql)]).toEqual([role, sql, 'done']);
    }
  });

  it('has exactly the privileges of the matrix on each table', async () => {
    const statements: Readonly<Record<string, (table: string) => string>> = {
      SELECT: (table) => `SELECT FROM ${table} WHERE false`,
      INSERT: (table) => `BEGIN; INSERT INTO ${table} DEFAULT VALUES`,
      UPDATE: (table) => `BEGIN; UPDATE ${table} SET id = id WHERE false`,
      DELETE: (table) => `BEGIN; DELETE FROM ${table} WHERE false`,
      TRUNCATE: (table) => `BEGIN; TRUNCATE ${table} CASCADE`,
      REFERENCES: (table) => `BEGIN; CREATE TABLE loot (id uuid REFERENCES ${table})`,
      TRIGGER: (table) =>
        `CREATE TRIGGER loot AFTER INSERT ON ${table} EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
    };
    const [may, found]: [string[], string[]] = [[], []];
    for (const table of TABLES) {
      for (const { role, privileges } of listRights(table)) {
        may.push(...privileges.map((privilege) => `${role} ${privilege} ${table}`));
        for (const [privilege, sql] of Object.entries(statements)) {
          if ((await attempt(role, sql(table))) !== '42501') found.push(`${role} ${privilege} ${table}`);
        }
      }
    }
    expect(found.sort()).toEqual(may.sort());
  });

  // This and the next three are one story.
  it('writes a row of every table as app', async () => {
    await withSource(urlOf(server, 'app'), async (dataSource) => {
      for (const entity of ENTITIES) await dataSource.getRepository(entity).insert(rowOf(entity, { id: ID }));
      await dataSource.query(`UPDATE replies SET approval_status = 'APPROVED', approved_by = 'x', approved_at = now()`);
      await dataSource.query(`UPDATE posts SET processed_at = now(); UPDATE authors SET last_seen_at = now()`);
      const report = await createHealthCheck(dataSource, { timeoutMs: 5_000 })();
      expect(report).toMatchObject({ status: 'ok', migrations: { pending: 0 } });
    });
  });

  it('cannot change final values as app, not even with the marker of an erasure', async () => {
    for (const sql of FINAL) {
      expect([sql, await attempt('app', sql)]).toEqual([sql, '23000']);
      const marked = `BEGIN; SET LOCAL shared_db.erasure = 'on'; ${sql}; COMMIT`;
      expect([marked, await attempt('app', marked)]).toEqual([marked, '23000']);
    }
  });

  it('erases personal data as retention, in a marked transaction and where it may write, and nothing else', async () => {
    await superuser.query(`GRANT SELECT, UPDATE ON replies, decisions, posts TO retention`);
    const mark = `BEGIN; SET LOCAL shared_db.erasure = 'on';`;
    for (const sql of ERASURE) {
      expect([sql, await attempt('retention', sql)]).toEqual([sql, '23000']);
      expect([sql, await attempt('retention', `${mark} ${sql}; ROLLBACK`)]).toEqual([sql, 'done']);
    }
    for (const sql of FINAL.filter((one) => !ERASURE.includes(one)))
      expect([sql, await attempt('retention', `${mark} ${sql}; COMMIT`)]).toEqual([sql, '23000']);
    await superuser.query(`REVOKE SELECT, UPDATE ON replies, decisions, posts FROM retention`);
    await superuser.query(`GRANT SELECT ON decisions, posts TO retention`);
  });

  it('runs the queries of dashboards as reader, without personal data', async () => {
    const reader = clients.get('reader');
    for (const question of QUESTIONS) expect((await reader?.query(question))?.rows).toHaveLength(1);
  });

  it('sees neither statistics of restricted columns nor statements of other roles, as reader', async () => {
    await superuser.query('ANALYZE authors');
    const reader = clients.get('reader');
    const columns = await reader?.query<{ attname: string }>(
      `SELECT attname FROM pg_stats WHERE tablename = 'authors'`,
    );
    const seen = columns?.rows.map(({ attname }) => attname) ?? [];
    expect(seen).toContain('relationship_score');
    expect(seen.filter((column) => column in (RESTRICTED_COLUMNS.authors ?? {}))).toEqual([]);
    const others = await reader?.query(
      `SELECT DISTINCT query FROM pg_stat_activity WHERE usename <> 'reader' AND query <> ''`,
    );
    expect(others?.rows).toEqual([{ query: '<insufficient privilege>' }]);
  });

  it('archives and purges as retention: dependent rows are deleted, every reply stays', async () => {
    const retention = clients.get('retention');
    await retention?.query(`SELECT p.*, d.* FROM posts p JOIN decisions d ON d.post_id = p.id`);
    await retention?.query(`DELETE FROM posts WHERE id IN (SELECT id FROM posts WHERE detected_at < now() LIMIT 100)`);
    await retention?.query(`DELETE FROM kpi_metrics; DELETE FROM weight_adjustment_logs; DELETE FROM learning_events`);
    await retention?.query(`BEGIN; SET LOCAL shared_db.audit_purge = 'on'; DELETE FROM audit_logs; COMMIT`);
    const counts = PURGED.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`).join(', ');
    const { rows } = await superuser.query<Record<string, number>>(`SELECT ${counts}`);
    expect(rows).toEqual([Object.fromEntries(PURGED.map((table) => [table, 0]))]);
    const left = await superuser.query('SELECT decision_id FROM replies');
    expect(left.rows).toEqual([{ decision_id: null }]);
  });

  it('cannot connect to another database, nor to this one without CONNECT', async () => {
    await server.run(`CREATE ROLE stranger LOGIN PASSWORD '${STRANGER}'`);
    const stranger = new pg.Client({ connectionString: server.url(DATABASE, 'stranger', STRANGER) });
    await expect(stranger.connect()).rejects.toMatchObject({ code: '42501' });
  });

  it('leaves no text of a row in the log of a server with docs/reference/postgresql.conf', async () => {
    const app = clients.get('app');
    const author = `INSERT INTO authors (platform, platform_id, handle) VALUES ('TWITTER', 'planted-id', $1)`;
    await app?.query(author, ['planted_handle']);
    await expect(app?.query(author, ['planted_handle'])).rejects.toMatchObject({ code: '23505' });
    await expect(app?.query(`UPDATE authors SET handle = 'planted_handle', follower_count = -1`)).rejects.toMatchObject(
      {
        code: '23514',
      },
    );
    const log = await server.log();
    expect(log).toContain('uq_authors__platform_platform_id');
    expect(log).toContain('ck_authors__follower_count');
    expect(log).not.toMatch(/planted/);
  });

  describe('a connection to a server with docs/reference/pg_hba.conf', () => {
    const HOSTS = { '10.20.0.11/32': '127.0.0.1/32', '10.20.0.21/32': '127.0.0.2/32', '10.20.0.31/32': '127.0.0.3/32' };
    // Elsewhere the machine itself has but one address of IPv4.
    const onLinux = process.platform === 'linux' ? it : it.skip;

    const enters = async (role: (typeof ATTACKERS)[number], from: string, database = DATABASE): Promise<string> => {
      const client = localClient(urlOf(server, role, database), from);
      try {
        await client.connect();
        return 'in';
      } catch (error) {
        return (error as pg.DatabaseError).code ?? String(error);
      } finally {
        await client.end();
      }
    };

    it('is accepted from the address of its role, with its password, to its database', async () => {
      await server.setHba(hba(HBA.replaceAll('hostssl', 'host   '), HOSTS));
      expect(await enters('app', '127.0.0.1')).toBe('in');
      const wrong = localClient(server.url(DATABASE, 'app', 'not the password'), '127.0.0.1');
      await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' });
    });

    onLinux('is let in from the other addresses, each for its role', async () => {
      expect(await enters('migrator', '127.0.0.2')).toBe('in');
      expect(await enters('retention', '127.0.0.2')).toBe('in');
      expect(await enters('reader', '127.0.0.3')).toBe('in');
    });

    onLinux('is kept out from the address of another', async () => {
      expect(await enters('app', '127.0.0.2')).toBe('28000');
      expect(await enters('app', '127.0.0.3')).toBe('28000');
      expect(await enters('reader', '127.0.0.2')).toBe('28000');
      expect(await enters('app', '127.0.0.4')).toBe('28000');
    });

    it('is refused with another role, or to another database', async () => {
      for (const role of ['migrator', 'retention', 'reader'] as const) {
        expect(await enters(role, '127.0.0.1')).toBe('28000');
      }
      expect(await enters('app', '127.0.0.1', 'postgres')).toBe('28000');
      expect(await enters('app', '127.0.0.1', 'template1')).toBe('28000');
    });

    it('is refused without TLS', async () => {
      await server.setHba(hba(HBA, HOSTS));
      expect(await enters('app', '127.0.0.1')).toBe('28000');
    });
  });
});

/** Each finds the one row there is. */
const QUESTIONS = [
  `SELECT d.created_at, d.mode, d.sss_score, p.platform FROM decisions d JOIN posts p ON p.id = post_id
   WHERE d.created_at > now() - interval '7 days' ORDER BY d.created_at DESC LIMIT 20`,
  `SELECT date_trunc('hour', created_at) AS hour, count(*), avg(composite_score) FROM decisions GROUP BY 1`,
  'SELECT count(*) FROM posts WHERE processed_at IS NULL AND NOT spam_filtered',
  `SELECT platform, count(*) FILTER (WHERE is_power_user), avg(relationship_score) FROM authors GROUP BY 1`,
  'SELECT approval_status, archetype_id, count(*), sum((metrics_json ->> $$clicks$$)::int) FROM replies GROUP BY 1, 2',
  `SELECT status, priority, count(*), min(created_at) FROM escalations GROUP BY 1, 2`,
  'SELECT c.name, m.sentiment, count(*) FROM competitive_mentions m JOIN competitors c ON c.id = competitor_id GROUP BY 1, 2',
  'SELECT advocate_status, engagement_count FROM community_champions ORDER BY engagement_count DESC LIMIT 20',
  'SELECT date, metric_name, value FROM kpi_metrics JOIN kpi_types t ON t.id = kpi_type_id ORDER BY date',
  'SELECT keyword_matches, count(*) FROM posts GROUP BY 1',
  'SELECT action, entity_type, count(*) FROM audit_logs WHERE action = $$approve$$ GROUP BY 1, 2',
  'SELECT segment_key, sss_weight FROM segmented_weights',
  'SELECT max(name) FROM migrations',
];

const PURGED = [
  ...['posts', 'decisions', 'competitive_mentions', 'randomized_experiments', 'kpi_metrics', 'weight_adjustment_logs'],
  ...['learning_events', 'audit_logs'],
];

async function pidOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}
