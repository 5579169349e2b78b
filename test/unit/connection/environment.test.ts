import { afterEach, describe, expect, it } from '@jest/globals';
import { describeNodeEnv, isProduction, readLogSql, readSafety } from '../../../src/connection/environment.js';
import { acquireEmbeddedServer } from '../../../src/embedded/embedded-server.js';
import { createDataSource } from '../../../src/data-source.js';
import { assertConfirmed, ForbiddenInProduction } from '../../../src/operations/environment-guard/guard.js';

const before = process.env.NODE_ENV;
afterEach(() => {
  process.env.NODE_ENV = before;
  delete process.env.SHARED_DB_LOG_SQL;
});

const PRODUCTION = [
  ...['production', 'Production', ' Production ', 'PRODUCTION\n', 'prod', 'Prod', 'staging', 'stage', 'live', 'qa'],
  ...['prodution', 'developement', 'dev', 'tests', 'preview', '0', 'false', 'undefined', 'null', 'Ünsinn "x"'],
];
const OTHERS = [undefined, '', '  ', 'development', 'Development', ' test ', 'TEST'];

describe('NODE_ENV', () => {
  it.each(PRODUCTION)('counts as production: %j', (nodeEnv) => {
    process.env.NODE_ENV = nodeEnv;
    expect(isProduction(nodeEnv)).toBe(true);
    expect(readSafety().production).toBe(true);
    expect(() => createDataSource({ url: 'postgres://me@localhost/antone' })).toThrow(/^Refused in production/);
    expect(() => {
      const state = {
        databaseName: 'antone',
        empty: true,
        otherSchemas: [],
        environmentRow: { state: 'unset' },
      } as const;
      assertConfirmed(state, { action: 'write', neverInProduction: 'Stop', nodeEnv, confirmedName: 'antone' });
    }).toThrow(ForbiddenInProduction);
  });

  it.each(PRODUCTION)('neither starts the embedded server nor logs SQL as %j', async (nodeEnv) => {
    process.env.NODE_ENV = nodeEnv;
    process.env.SHARED_DB_LOG_SQL = '1';
    expect(readLogSql()).toBe(false);
    await expect(acquireEmbeddedServer({ folder: '/nowhere', nodeEnv })).rejects.toThrow(/not for production/);
  });

  it.each(OTHERS)('is not production: %j', (nodeEnv) => {
    if (nodeEnv === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = nodeEnv;
    process.env.SHARED_DB_LOG_SQL = '1';
    expect(isProduction(nodeEnv)).toBe(false);
    expect(readSafety().production).toBe(false);
    expect(readLogSql()).toBe(true);
    expect(() => createDataSource({ url: 'postgres://me@localhost/antone' })).not.toThrow();
  });

  it('is named where it is another word than production', () => {
    expect(describeNodeEnv(' Production ')).toBe('NODE_ENV is production');
    expect(describeNodeEnv('prod')).toBe('NODE_ENV is "prod", which counts as production');
    process.env.NODE_ENV = 'staging';
    expect(() => createDataSource({ url: 'postgres://me@localhost/antone' })).toThrow(
      /^Refused in production \(NODE_ENV "staging" counts as production\): the host is this machine/,
    );
  });
});
