import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CheckViolation } from '../../../src/errors/translate.js';
import { createDataSource } from '../../../src/data-source.js';
import { runMigrations } from '../../../src/operations/migrator/runner.js';
import { ask } from '../../support/migrator/query.js';
import { roleName } from '../../support/sql.js';
import { withSchema } from '../../support/schemas.js';

jest.setTimeout(120_000);

const url = process.env.TEST_CITUS_URL ?? '';
const schema = roleName('agent');

/** Where schemas are spread over servers. What this showed is tested without Citus, too: schemas, shards, no ALTER SEQUENCE. */
(url === '' ? describe.skip : describe)('a schema that Citus distributes (skipped without TEST_CITUS_URL)', () => {
  beforeAll(async () => {
    for (const setting of ['citus.enable_schema_based_sharding', 'citus.enable_unsafe_triggers']) {
      await ask(url, `ALTER ROLE CURRENT_USER SET ${setting} = on`);
    }
    await runMigrations(createDataSource({ url, schema, purpose: 'migrate' }));
  });

  afterAll(async () => {
    await ask(url, `DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    for (const setting of ['citus.enable_schema_based_sharding', 'citus.enable_unsafe_triggers']) {
      await ask(url, `ALTER ROLE CURRENT_USER RESET ${setting}`);
    }
  });

  it('is migrated, takes a good row, and refuses a bad one by the name that it has without shards', async () => {
    const insert = (followers: number): string =>
      `INSERT INTO authors (platform, platform_id, handle, follower_count) VALUES ('TWITTER', '1', 'invented', ${followers})`;
    await withSchema({ url, schema }, async (dataSource) => {
      await dataSource.query(insert(1));
      const refused = dataSource.query(insert(-1));
      await expect(refused).rejects.toBeInstanceOf(CheckViolation);
      await expect(refused).rejects.toMatchObject({ table: 'authors', constraint: 'ck_authors__follower_count_range' });
    });
  });
});
