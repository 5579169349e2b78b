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
  readSetUpUser,
  areRolesInUse,
  type RoleState,
  type SetUpUser,
} from './state.js';

export interface SetUpOptions {
  /** Roles without a verifier keep their password. */
  readonly verifiers?: Verifiers;
  /** Take over roles with our names that db:roles did not create. Default: refuse. */
  readonly adopt?: boolean;
  /** Milliseconds to wait while another process migrates or sets up roles. Default 60,000. */
  readonly maxWaitMs?: number;
}

export interface SetUpReport {
  /** The differences that were repaired. */
  readonly repaired: readonly Difference[];
  /** The roles whose password was set. */
  readonly passwords: readonly string[];
  /** Further information for the operator, one line each. */
  readonly notes: readonly string[];
}

/**
 * SQLSTATEs when another process sets up the same roles for another database, which has its own lock: unique_violation and
 * duplicate_object (CREATE ROLE), internal_error ("tuple concurrently updated"), deadlock_detected.
 */
const CONCURRENT_SET_UP: readonly unknown[] = ['23505', '42710', 'XX000', '40P01'];
const MAX_ATTEMPTS = 10;

const MAX_REPAIR_ROUNDS = 3;

/** Limits the wait for a table lock, because later sessions queue behind this one. */
const TABLE_WAIT_MS = 5_000;

const LIMITS = `SET LOCAL statement_timeout = '60s'; SET LOCAL search_path = pg_catalog`;

/**
 * Creates and repairs roles, owners and rights for the schema of the DataSource, in one transaction. Creates a missing schema.
 *
 * @throws RolesError when this user lacks a privilege, when db:roles did not create one of the roles, or when a table stays locked
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
      if (attempt < MAX_ATTEMPTS && CONCURRENT_SET_UP.includes(code)) await sleep(50 * attempt * Math.random());
      else throw code === '55P03' ? new RolesError('Nothing was changed: a table is in use. Try again later.') : error;
    }
  }
}

/** Returns the differences of roles, owners and rights. Changes nothing; a read-only connection is enough. */
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
  const user = await readSetUpUser(query, schema);
  assertRepairable(before, user, adopt ?? false);
  const [left] = listDifferences(before).length === 0 ? [] : await repairAll(query, before, user, matrix);
  if (left) throw new RolesError(`The roles cannot be repaired: ${left.message}. Nothing was changed.`);
  for (const [role, verifier] of verifiers) {
    await run(query, {
      message: `set the password of ${role}`,
      repair: `ALTER ROLE ${role} PASSWORD ${quoteLiteral(verifier)}`,
    });
  }
  const notes = await closeLargeObjects(query, user);
  return { repaired: listDifferences(before), passwords: [...verifiers.keys()], notes };
}

function assertRepairable(state: RoleState, user: SetUpUser, adopt: boolean): void {
  if (state.foreignRoles.length > 0 && !adopt) {
    throw new RolesError(
      `The server has roles that db:roles did not create: ${state.foreignRoles.join(', ')}. If they are meant for this database, run db:roles with --adopt, which also revokes their excess privileges.`,
    );
  }
  const missing = listObstacles(user, state);
  if (missing.length > 0) throw new RolesError(`Nothing was changed: ${missing.join('; ')}.`);
}

/**
 * Repairs roles, then owners (the owner of an object becomes the grantor of its rights), then rights. Ends the temporary membership
 * in `owner`.
 *
 * @returns the remaining differences
 */
async function repairAll(query: Query, before: RoleState, user: SetUpUser, matrix: RoleMatrix): Promise<Difference[]> {
  const ownMembership = ({ object }: Difference) => object === `role ${user.name} IN ROLE owner`;
  for (const difference of before.roles) if (!ownMembership(difference)) await run(query, difference);
  if (!user.superuser && !user.isOwner) await joinOwner(query, user);
  const isSchema = ({ object }: Difference): boolean => object.startsWith('schema ');
  for (const difference of before.owners.filter(isSchema)) await run(query, difference);
  // The new owner of a table needs CREATE on its schema.
  for (const difference of before.rights) {
    if (difference.repair?.endsWith(` ON SCHEMA ${user.schema} TO owner`)) await run(query, difference);
  }
  for (const difference of before.owners) if (!isSchema(difference)) await run(query, difference);
  const left = await repairRights(query, user.schema, matrix);
  for (const difference of compareRoles(await readRoles(query))) await run(query, difference);
  return [...compareRoles(await readRoles(query)), ...left];
}

/** Repairs rights in rounds, because revoking a right on a table also revokes it on the columns. */
async function repairRights(query: Query, schema: string, matrix: RoleMatrix): Promise<Difference[]> {
  for (let round = 0; ; round += 1) {
    const { owners, rights } = await readState(query, schema, matrix);
    if (rights.length === 0 || round === MAX_REPAIR_ROUNDS) return [...owners, ...rights];
    for (const difference of rights) await run(query, difference);
  }
}

/** Makes the user a member of `owner`, which it needs to change objects of `owner`. The last repair of memberships ends that. */
async function joinOwner(query: Query, { name, version }: SetUpUser): Promise<void> {
  const options = version >= 16 ? ' WITH INHERIT TRUE, SET TRUE' : '';
  await run(query, { message: `${name} is not a member of owner`, repair: `GRANT owner TO ${name}${options}` });
}

async function closeLargeObjects(query: Query, { superuser }: SetUpUser): Promise<string[]> {
  const repair = await createLargeObjectRepair(query);
  if (repair === undefined) return [];
  if (!superuser)
    return [
      'every role that can connect can create large objects; to revoke that from PUBLIC, run db:roles as a superuser',
    ];
  await query(repair);
  return ['revoked from PUBLIC the functions that create large objects'];
}

async function run(query: Query, { message, repair }: Pick<Difference, 'message' | 'repair'>): Promise<void> {
  if (repair === undefined) return;
  try {
    await query(repair);
  } catch (error) {
    if (getSqlState(error) !== '42501') throw error;
    throw new RolesError(
      `Nothing was changed: this user may not repair “${message}”. Run db:roles as the creator of the role or as a superuser.`,
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
 * Grants the roles, if they are in use, their rights on new tables. Until then `app` has only the default privileges and the other
 * roles have none. The owner of the tables can run it, and so can `migrator`.
 *
 * @returns the number of repaired rights
 * @throws RolesError when this user cannot repair all differences
 */
export async function alignRights(dataSource: DataSource, matrix: RoleMatrix): Promise<number> {
  if (!(await areRolesInUse((sql) => dataSource.query(sql)))) return 0;
  try {
    const { repaired } = await setUpRoles(dataSource, matrix);
    return repaired.length;
  } catch (error) {
    if (!(error instanceof RolesError)) throw error;
    throw new RolesError(`The rights on the tables cannot be repaired, run db:roles: ${error.message}`);
  }
}
