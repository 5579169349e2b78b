import { describe, expect, it } from '@jest/globals';
import { diff } from '../../../src/operations/catalog/diff.js';
import { SHIPPED_SNAPSHOT } from '../../../src/schema/shipped-snapshot.js';
import { useDatabase } from '../../support/database.js';
import { snapshotReader, useConnections } from './planting.js';

describe('the snapshot of a migrated database', () => {
  const connect = useConnections();
  const db = useDatabase();

  it('equals the snapshot of the package on every PostgreSQL version', async () => {
    const client = await connect(db.url);
    await client.query('BEGIN');
    expect(diff(SHIPPED_SNAPSHOT, await snapshotReader(client)())).toEqual([]);
    await client.query('ROLLBACK');
  });

  it('does not depend on the settings of the session, and does not change them', async () => {
    const client = await connect(db.url);
    await client.query(`SET search_path = public; SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German, DMY';
      SET quote_all_identifiers = on; SET extra_float_digits = 0; SET IntervalStyle = iso_8601; SET bytea_output = escape`);
    await client.query('BEGIN READ ONLY');
    const snapshot = await snapshotReader(client)();
    expect(diff(SHIPPED_SNAPSHOT, snapshot)).toEqual([]);
    const { rows } = await client.query<{ TimeZone: string }>('SHOW TimeZone');
    expect(rows).toEqual([{ TimeZone: 'Asia/Tokyo' }]);
    await client.query('ROLLBACK');
  });
});
