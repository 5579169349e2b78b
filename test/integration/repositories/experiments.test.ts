import { beforeEach, describe, expect, it } from '@jest/globals';
import { ExperimentRepository } from '../../../src/repositories/experiment.repository.js';
import { useDatabase } from '../../support/database.js';
import { ID } from '../../support/rows.js';
import { startTogether } from './scenarios/experiments.js';
import { readAudit, waitForLaterTime } from './stored-rows.js';

const db = useDatabase();
let experiments: ExperimentRepository;

beforeEach(async () => {
  await db.dataSource.query('DELETE FROM experiments');
  experiments = ExperimentRepository.of(db.dataSource);
});

const draft = (name = 'Tone'): Promise<{ id: string }> =>
  experiments.draft({ name, variantA: { tone: 'warm' }, variantB: { tone: 'dry' }, metric: 'ctr' }, 'operator_1');

describe('ExperimentRepository', () => {
  it('goes from DRAFT to RUNNING to COMPLETED with a winner, each step with its audit row', async () => {
    const { id } = await draft();
    expect(await experiments.listRunning()).toEqual([]);
    await experiments.start(id, 'operator_1');
    expect(await experiments.listRunning()).toMatchObject([
      { id, variantA: { tone: 'warm' }, trafficSplit: 0.5, startDate: expect.any(Date), endDate: null },
    ]);
    await experiments.complete(id, 'operator_2', { winner: 'B', results: { p: 0.03 } });
    expect(await experiments.listRunning()).toEqual([]);
    expect(await experiments.findOneByOrFail({ id })).toMatchObject({
      ...{ status: 'COMPLETED', winner: 'B', resultsJson: { p: 0.03 }, endDate: expect.any(Date) },
    });
    expect(await readAudit(db.dataSource, id)).toEqual([
      { action: 'experiment.create', actor: 'operator_1', details: {} },
      { action: 'experiment.start', actor: 'operator_1', details: {} },
      { action: 'experiment.complete', actor: 'operator_2', details: { winner: 'B' } },
    ]);
  });

  it('refuses every step from a wrong state, and says which state it found', async () => {
    const { id } = await draft();
    await expect(experiments.complete(id, 'operator_1')).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      status: 'DRAFT',
      message: 'The experiment does not allow complete(): its state is DRAFT. Load it again.',
    });
    await experiments.cancel(id, 'operator_1');
    await expect(experiments.start(id, 'operator_1')).rejects.toMatchObject({ status: 'CANCELLED' });
    await expect(experiments.cancel(id, 'operator_1')).rejects.toMatchObject({ status: 'CANCELLED' });
    await expect(experiments.start(ID, 'operator_1')).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    const running = await draft();
    await experiments.start(running.id, 'operator_1');
    await experiments.cancel(running.id, 'operator_1');
    expect(await experiments.findOneByOrFail(running)).toMatchObject({ winner: null, endDate: expect.any(Date) });
    await expect(experiments.complete(id, 'operator_1', { winner: 'C' as 'A' })).rejects.toMatchObject({
      code: 'ENTITY_INVALID',
    });
  });

  it('refuses a draft that ends before it starts, and one with a status', async () => {
    const input = { name: 'Tone', variantA: {}, variantB: {}, metric: 'ctr' };
    const dates = { startDate: new Date('2026-02-02'), endDate: new Date('2026-02-01') };
    await expect(experiments.draft({ ...input, ...dates }, 'operator_1')).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    await expect(experiments.draft({ ...input, status: 'RUNNING' } as never, 'operator_1')).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    expect(await experiments.listPage()).toEqual({ rows: [], next: null, previous: null });
  });

  it('lists all tests in pages, newest first', async () => {
    for (const name of ['one', 'two', 'three']) {
      await draft(name);
      await waitForLaterTime();
    }
    const first = await experiments.listPage({ limit: 2 });
    const second = await experiments.listPage({ limit: 2, after: first.next });
    expect([...first.rows, ...second.rows].map(({ name }) => name)).toEqual(['three', 'two', 'one']);
  });

  it('lets exactly one of two operators start or cancel a draft', async () => {
    expect(await startTogether(db.dataSource, 5)).toEqual({ rounds: 5, violations: [] });
  });
});
