import { describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../../src/data-source.js';
import { RETENTION_POLICIES } from '../../../src/retention/policies.js';

/** Table → its columns; metadata are built without connecting. */
async function tables(): Promise<Map<string, string[]>> {
  const dataSource = createDataSource({ url: 'postgres://nobody@localhost/nothing' });
  await (dataSource as unknown as { buildMetadatas(): Promise<void> }).buildMetadatas();
  return new Map(
    dataSource.entityMetadatas.map(({ tableName, columns }) => [
      tableName,
      columns.map((column) => column.databaseName),
    ]),
  );
}

describe('the retention policies', () => {
  it('name every table once, and columns that exist', async () => {
    const existing = await tables();
    expect(RETENTION_POLICIES.map(({ table }) => table).sort()).toEqual([...existing.keys()].sort());
    for (const policy of RETENTION_POLICIES) {
      if (policy.days !== 'forever') expect(existing.get(policy.table)).toContain(policy.by);
    }
  });

  it('keep rows as long as the requirements demand', () => {
    const days = Object.fromEntries(RETENTION_POLICIES.map(({ table, days }) => [table, days]));
    expect(days).toMatchObject({
      posts: 90,
      decisions: 90,
      replies: 'forever',
      authors: 'forever',
      kpi_metrics: 731,
      audit_logs: 1096,
    });
  });
});
