import type { DataSource } from 'typeorm';
import { ENTITIES } from '../../../src/entities/index.js';
import type { SamplePermission } from '../../../src/seeds/guard.js';

/** Reads every row of every table as text, with the transaction that wrote it, so that an update without changes is seen too. */
export async function everyRow(dataSource: DataSource): Promise<Map<string, string[]>> {
  const tables = new Map<string, string[]>();
  for (const entity of ENTITIES) {
    const { tableName } = dataSource.getMetadata(entity);
    const rows = await dataSource.query<{ row: string }[]>(
      `SELECT xmin::text || ' ' || t::text AS row FROM "${tableName}" AS t ORDER BY id`,
    );
    tables.set(
      tableName,
      rows.map(({ row }) => row),
    );
  }
  return tables;
}

/** Permits sample data in the database, also when the test server is another machine. */
export function permissionFor(url: string): SamplePermission {
  return { nodeEnv: 'test', confirmedName: new URL(url).pathname.slice(1) };
}
