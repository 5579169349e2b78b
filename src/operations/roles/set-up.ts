import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { getSchema } from '../../connection/client.js';
import { quoteLiteral } from '../../errors/sql-text.js';
import { getSqlState } from '../../errors/translate.js';
import type { Difference } from '../catalog/diff.js';
import type { Query } from '../../connection/database-access.js';
import { createLockKeys, POLL_INTERVAL_MS, WaitBudget } from '../migrator/lock.js';
import type { Verifiers } from './passwords.js';
import { readRoles, compareRoles } from './role-differences.js';
import { type RoleMatrix, RolesError } from './roles.js';
import {
  listDifferences,
  createLargeObjectRepair,
  listObstacles,
  readState,
  readWorker,
  areRolesInUse,
  type State,
  type Worker,
} from './state.js';

export interface SetUpOptions {
  /** By role; roles that are not named keep the password they have. */
  readonly verifiers?: Verifiers;
  /** Take over roles with our names that db:roles did not create. Default: refuse. */
  readonly adopt?: boolean;
  /** Milliseconds to wait while another process migrates or sets up roles. Default 60,000. */
  readonly maxWaitMs?: number;
}

export interface SetUpReport {
  /** What was put right. */
  readonly repaired: readonly Difference[];
  readonly passwords: readonly string[];
  /** What the operator should know: one line each. */
  readonly notes: readonly string[];
}

/**
 * Another process did the same at the same time: unique_violation and duplicate_object of CREATE ROLE, "tuple concurrently updated"
 * of all others (roles belong to the server, so locks of one database do not keep others out), a deadlock.
 */
const AT_ONCE: readonly unknown[] = ['23505', '42710', 'XX000', '40P01'];
const TRIES = 10;

/** Of repairing rights. */
const ROUNDS = 3;

/** Later sessions wait for a table as long as this one does. */
const TABLE_WAIT_MS = 5_000;

const LIMITS = `SET LOCAL statement_timeout = '60s'; SET LOCAL search_path = pg_catalog`;

/**
 * Makes roles, owners and rights what they should be in the schema of the DataSource, in one transaction; does nothing where they
 * are. A schema that is missing is made.
 *
 * @throws RolesError when this user may not, when a role with one of our names was not created by db:roles, when a table stays locked.
 */
export async function setUpRoles(
  dataSource: DataSource,
  matrix: RoleMatrix,
  options: SetUpOptions = {},
): Promise<SetUpReport> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runInTransaction(dataSource, (query) => setUp(query, getSchema(dataSource), matrix, options));
    } catch (error) {
      const code = getSqlState(error);
      if (attempt < TRIES && AT_ONCE.includes(code)) await sleep(50 * attempt * Math.random());
      else throw code === '55P03' ? new RolesError('Nothing was changed: a table is in use. Try again later.') : error;
    }
  }
}

/** What differs. Changes nothing: the connection should be one that may not write. */
export async function checkRoles(dataSource: DataSource, matrix: RoleMatrix): Promise<Difference[]> {
  return runInTransaction(dataSource, async (query) =>
    listDifferences(await readState(query, getSchema(dataSource), matrix)),
  );
}

async function setUp(
  query: Query,
  schema: string,
  matrix: RoleMatrix,
  { verifiers = new Map(), adopt, maxWaitMs = 60_000 }: SetUpOptions,
): Promise<SetUpReport> {
  await lockSetUp(query, schema, maxWaitMs);
  await query(`SET LOCAL lock_timeout = ${Math.min(TABLE_WAIT_MS, maxWaitMs)}`);
  const before = await readState(query, schema, matrix);
  const worker = await readWorker(query, schema);
  refuse(before, worker, adopt ?? false);
  const [left] = listDifferences(before).length === 0 ? [] : await work(query, before, worker, matrix);
  if (left) throw new RolesError(`It cannot be put right: ${left.message}. Nothing was changed.`);
  for (const [role, verifier] of verifiers) {
    await run(query, {
      message: `set the password of ${role}`,
      repair: `ALTER ROLE ${role} PASSWORD ${quoteLiteral(verifier)}`,
    });
  }
  const notes = await closeLargeObjects(query, worker);
  return { repaired: listDifferences(before), passwords: [...verifiers.keys()], notes };
}

function refuse(state: State, worker: Worker, adopt: boolean): void {
  if (state.foreignRoles.length > 0 && !adopt) {
    throw new RolesError(
      `The server has roles that db:roles did not make: ${state.foreignRoles.join(', ')}. If they are meant for this database, run it with --adopt, which takes from them what they should not have.`,
    );
  }
  const missing = listObstacles(worker, state);
  if (missing.length > 0) throw new RolesError(`Nothing was changed: ${missing.join('; ')}.`);
}

/**
 * Roles, then owners (who decide what a grant says of its giver), then rights, then what was borrowed for it.
 *
 * @returns what is left
 */
async function work(query: Query, before: State, worker: Worker, matrix: RoleMatrix): Promise<Difference[]> {
  const ownMembership = ({ object }: Difference) => object === `role ${worker.name} IN ROLE owner`;
  for (const difference of before.roles) if (!ownMembership(difference)) await run(query, difference);
  if (!worker.superuser && !worker.isOwner) await borrowOwner(query, worker);
  const isSchema = ({ object }: Difference): boolean => object.startsWith('schema ');
  for (const difference of before.owners.filter(isSchema)) await run(query, difference);
  // First of all rights: who takes over a table must be allowed to create one.
  for (const difference of before.rights) {
    if (difference.repair?.endsWith(` ON SCHEMA ${worker.schema} TO owner`)) await run(query, difference);
  }
  for (const difference of before.owners) if (!isSchema(difference)) await run(query, difference);
  const left = await repairRights(query, worker.schema, matrix);
  for (const difference of compareRoles(await readRoles(query))) await run(query, difference);
  return [...compareRoles(await readRoles(query)), ...left];
}

/** In rounds: to revoke a right on a table takes the same right on its columns along. */
async function repairRights(query: Query, schema: string, matrix: RoleMatrix): Promise<Difference[]> {
  for (let round = 0; ; round += 1) {
    const { owners, rights } = await readState(query, schema, matrix);
    if (rights.length === 0 || round === ROUNDS) return [...owners, ...rights];
    for (const difference of rights) await run(query, difference);
  }
}

/** Changing what `owner` owns needs membership; it is given back with the other memberships that should not be. */
async function borrowOwner(query: Query, { name, version }: Worker): Promise<void> {
  const options = version >= 16 ? ' WITH INHERIT TRUE, SET TRUE' : '';
  await run(query, { message: 'may act as owner', repair: `GRANT owner TO ${name}${options}` });
}

async function closeLargeObjects(query: Query, { superuser }: Worker): Promise<string[]> {
  const repair = await createLargeObjectRepair(query);
  if (repair === undefined) return [];
  if (!superuser)
    return ['anybody who may connect can store large objects; only a superuser can end that (db:roles as one)'];
  await query(repair);
  return ['closed the functions that make large objects'];
}

async function run(query: Query, { message, repair }: Pick<Difference, 'message' | 'repair'>): Promise<void> {
  if (repair === undefined) return;
  try {
    await query(repair);
  } catch (error) {
    if (getSqlState(error) !== '42501') throw error;
    throw new RolesError(
      `Nothing was changed: this user may not repair “${message}”. Run it as the role's maker or as a superuser.`,
    );
  }
}

async function lockSetUp(query: Query, schema: string, maxWaitMs: number): Promise<void> {
  const budget = new WaitBudget(maxWaitMs, () => undefined);
  const sql = `SELECT pg_try_advisory_xact_lock(${createLockKeys(schema).join(', ')}) AS got`;
  for (;;) {
    const [row] = await query<{ got: boolean }>(sql);
    if (row?.got) return;
    if (budget.exhausted) {
      throw new RolesError(
        `Another process is migrating the schema ${schema} or setting up its roles: wait for it, or end it.`,
      );
    }
    await budget.waitForNextTry(POLL_INTERVAL_MS, () => '');
  }
}

async function runInTransaction<T>(dataSource: DataSource, work: (query: Query) => Promise<T>): Promise<T> {
  const queryRunner: QueryRunner = dataSource.createQueryRunner();
  try {
    await queryRunner.startTransaction();
    await queryRunner.query(LIMITS);
    const result = await work((sql) => queryRunner.query(sql));
    await queryRunner.commitTransaction();
    return result;
  } catch (error) {
    if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction();
    throw error;
  } finally {
    await queryRunner.release();
  }
}

/**
 * Gives the roles their rights on what migrations made, where the roles are in use: until then `app` has what default privileges
 * give it and the others have nothing. The role that owns the objects, or `migrator` as it, may do that.
 *
 * @returns how many rights were put right
 * @throws RolesError when more is wrong than this user may put right
 */
export async function alignRights(dataSource: DataSource, matrix: RoleMatrix): Promise<number> {
  if (!(await areRolesInUse((sql) => dataSource.query(sql)))) return 0;
  try {
    const { repaired } = await setUpRoles(dataSource, matrix);
    return repaired.length;
  } catch (error) {
    if (!(error instanceof RolesError)) throw error;
    throw new RolesError(`The rights on the tables are not what they should be, run db:roles: ${error.message}`);
  }
}
