import { expect, test } from '@jest/globals';
import { Experiment } from '../../../src/entities/index.js';
import { EntityValidationError } from '../../../src/validation/validation-error.js';
import { useDatabase } from '../../support/database.js';
import { rowOf } from '../../support/rows.js';

const db = useDatabase();

/** Small in memory and endless in JSON, or simply huge: refused before anything copies, compares or sends it. */
const HUGE: Record<string, () => object> = {
  shared: () => {
    let value: object = {};
    for (let level = 0; level < 24; level += 1) value = { a: value, b: value };
    return value;
  },
  circular: () => {
    const value: Record<string, unknown> = {};
    value.self = value;
    return value;
  },
  '33 MB of': () => ({ text: 'x'.repeat(33_000_000) }),
};
const PATHS = [
  'insert',
  'save plain',
  'save created',
  'update',
  'save partial',
  'save loaded',
  'upsert',
  'builder',
  'merge',
] as const;

test.each(PATHS.flatMap((path) => Object.keys(HUGE).map((what) => [path, what] as const)))(
  '%s refuses %s JSON',
  async (path, what) => {
    const experiments = db.dataSource.getRepository(Experiment);
    const { id } = (await experiments.save(experiments.create(rowOf(Experiment) as never))) as unknown as Experiment;
    const variantA = (HUGE[what] as () => object)();
    const row = rowOf(Experiment, { variantA }) as never;
    const write = async (): Promise<unknown> => {
      switch (path) {
        case 'insert':
          return experiments.insert(row);
        case 'save plain':
          return experiments.save(row);
        case 'save created':
          return experiments.save(experiments.create(row));
        case 'update':
          return experiments.update({ id }, { variantA });
        case 'save partial':
          return experiments.save({ id, variantA } as never);
        case 'save loaded':
          return experiments.save(Object.assign(await experiments.findOneByOrFail({ id }), { variantA }));
        case 'upsert':
          return experiments.upsert({ ...(rowOf(Experiment) as object), id, variantA }, ['id']);
        case 'builder':
          return experiments.createQueryBuilder().insert().values(row).execute();
        default:
          return experiments.save(experiments.merge(await experiments.findOneByOrFail({ id }), { variantA }));
      }
    };
    await expect(write()).rejects.toThrow(EntityValidationError);
    expect(await experiments.findOneByOrFail({ id })).toMatchObject({ variantA: {} });
  },
);
