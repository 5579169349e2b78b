import { beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { getEntityRules } from '../../src/columns/registry.js';
import { findColumn, listFinalProperties } from '../../src/columns/table.js';
import { createConstraintName } from '../../src/connection/naming-strategy.js';
import { FinalValueViolation } from '../../src/errors/translate.js';
import { ENTITIES, Reply } from '../../src/entities/index.js';
import { EntityValidationError } from '../../src/validation/validation-error.js';
import { useDatabase } from '../support/database.js';
import { rowOf, type Row } from '../support/rows.js';
import { UPDATE_PATHS, type UpdatePath } from '../support/write-paths.js';
import { dropOtherKeys } from './rules/paths.js';
import { FINAL_CASES, type FinalCase } from '../integration/finals/cases.js';

/* Final values do not change, whatever path writes them. test/schema/attacks attacks each trigger too. */
const db = useDatabase();
const PATIENCE = 60_000;

beforeAll(async () => {
  await dropOtherKeys(db.dataSource);
});

describe('the triggers of the database equal those that the entities declare', () => {
  interface Trigger {
    name: string;
    table: string;
    definition: string;
  }

  test('by name, message and columns', async () => {
    const triggers = await db.dataSource.query<Trigger[]>(`
      SELECT tgname AS name, relname AS table, pg_get_triggerdef(t.oid) AS definition
      FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_proc p ON p.oid = tgfoid
      WHERE proname = 'refuse_final_change'`);
    const declared = ENTITIES.flatMap((entity) => {
      const rules = getEntityRules(entity);
      return rules.finals.map((final) => ({
        name: createConstraintName('tg', rules.table ?? '', final.meaning),
        message: final.message,
        columns: listFinalProperties(rules, final).map((property) => findColumn(rules, property)),
      }));
    });
    expect(triggers.map(({ name }) => name).sort()).toEqual(declared.map(({ name }) => name).sort());
    expect(declared.length).toBeGreaterThanOrEqual(15);
    for (const { name, message, columns } of declared) {
      const definition = triggers.find((trigger) => trigger.name === name)?.definition ?? '';
      expect(definition).toContain(`refuse_final_change('${message}'`);
      const wholeRow = definition.includes('old.* IS DISTINCT FROM new.*');
      const compared = [...definition.matchAll(/\bnew\.(\w+)/g)].map(([, column]) => column).sort();
      if (!wholeRow) expect({ name, columns: [...new Set(compared)] }).toEqual({ name, columns: [...columns].sort() });
    }
  });

  test('each has a test case in this file', () => {
    const declared = ENTITIES.flatMap((entity) =>
      getEntityRules(entity).finals.map(({ meaning }) => `${entity.name} ${meaning}`),
    );
    expect([...new Set(FINAL_CASES.map(({ entity, final }) => `${entity.name} ${final}`))].sort()).toEqual(
      declared.sort(),
    );
  });
});

describe.each(FINAL_CASES.map((one) => ({ ...one, name: `${one.entity.name} ${one.final}` })))('$name', (one) => {
  const { entity, final } = one;
  const constraint = createConstraintName('tg', getEntityRules(entity).table ?? '', final);

  test.each(UPDATE_PATHS.map((path) => [path.name, path] as const))(
    'does not change by %s',
    async (_name, path) => {
      for (const change of one.refused) {
        const id = await store(db.dataSource, one);
        const before = await read(db.dataSource, one, id);
        const error: unknown = await path.write(db.dataSource, entity, id, change).catch((thrown: unknown) => thrown);
        expect(await read(db.dataSource, one, id)).toEqual(before);
        // PostgreSQL checks the row to insert before it finds the row to update.
        if (isPartial(path)) expect(error).toBeDefined();
        // save() knows the stored row; on other paths PostgreSQL refuses.
        else if (error instanceof EntityValidationError)
          expect(error.violations.map((it) => it.constraint)).toContain(final);
        else
          expect(error).toMatchObject({
            code: 'FINAL_VALUE_VIOLATION',
            sqlState: '23000',
            constraint,
            retryable: false,
          });
      }
    },
    PATIENCE,
  );

  test.each(UPDATE_PATHS.filter((path) => !isPartial(path)).map((path) => [path.name, path] as const))(
    'lets the rest change by %s',
    async (_name, path) => {
      for (const change of one.accepted) {
        const id = await store(db.dataSource, one);
        await path.write(db.dataSource, entity, id, change);
        expect(await db.dataSource.getRepository(entity).findOneByOrFail({ id })).toMatchObject(change);
      }
    },
    PATIENCE,
  );
});

describe('a stale entity', () => {
  const approved = {
    approvalStatus: 'APPROVED',
    approvedBy: 'operator-1',
    approvedAt: new Date('2026-01-31'),
  } as const;

  test('loaded before an approval does not revert the approval when it is saved', async () => {
    const replies = db.dataSource.getRepository(Reply);
    const { id } = await replies.save(rowOf(Reply) as Partial<Reply>);
    const stale = await replies.findOneByOrFail({ id });
    await replies.update({ id }, approved);
    stale.approvalStatus = 'REJECTED';
    const error: unknown = await replies.save(stale).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EntityValidationError);
    expect((error as Error).message).toContain('an approval or a rejection is final: write a new reply instead');
    expect(await replies.findOneByOrFail({ id })).toMatchObject(approved);
  });

  test('is refused by PostgreSQL when the approval happens between its read and its write', async () => {
    const replies = db.dataSource.getRepository(Reply);
    const { id } = await replies.save(rowOf(Reply) as Partial<Reply>);
    const approving = db.dataSource.createQueryRunner();
    await approving.startTransaction();
    await approving.manager.update(Reply, { id }, approved);
    const rejecting = replies.update({ id }, { approvalStatus: 'REJECTED' }).catch((thrown: unknown) => thrown);
    await approving.commitTransaction();
    await approving.release();
    const error = await rejecting;
    // Depending on the order, PostgreSQL refuses its transition or its result.
    expect(error).toMatchObject({ table: 'replies' });
    expect(error).toHaveProperty('constraint', expect.stringMatching(/approval_final|unapproved_has_no_approver/));
    expect(await replies.findOneByOrFail({ id })).toMatchObject(approved);
  });

  test('gets a typed error', async () => {
    const replies = db.dataSource.getRepository(Reply);
    const { id } = await replies.save(rowOf(Reply, approved) as Partial<Reply>);
    await expect(replies.update({ id }, { approvedBy: 'operator-2' })).rejects.toThrow(FinalValueViolation);
  });
});

/** An upsert of a part of the row. */
function isPartial({ name }: UpdatePath): boolean {
  return name.startsWith('upsert() of the smallest row');
}

async function store(dataSource: DataSource, { entity, stored }: FinalCase): Promise<string> {
  const { identifiers } = await dataSource.getRepository(entity).insert(rowOf(entity, stored));
  return (identifiers[0] as { id: string }).id;
}

async function read(dataSource: DataSource, { entity }: FinalCase, id: string): Promise<Row | null> {
  return dataSource.getRepository(entity).findOneBy({ id });
}
