import { isIP } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse as parseAsDriver } from 'pg-connection-string';
import {
  DatabaseUrlError,
  formatDatabaseUrl,
  parseDatabaseUrl,
  readHost,
} from '../../../src/connection/database-url.js';
import { createTlsOptions } from '../../../src/connection/tls.js';
import { assertSafeAddress, type Safety, UnsafeConnection } from '../../../src/connection/url-policy.js';
import { anyUrl, LOCAL_HOSTS, MALFORMED, MARK, UNVERIFIED, urlsTo } from './hostile-urls.js';

const PRODUCTION: Safety = { production: true, optOuts: [] };
const DEVELOPMENT: Safety = { production: false, optOuts: [] };

/** What the policy says of a URL: undefined when it is accepted. Anything but our two errors is a crash. */
function refusalOf(url: string, safety: Safety): Error | undefined {
  try {
    assertSafeAddress(parseDatabaseUrl(url), safety);
    return undefined;
  } catch (error) {
    if (error instanceof DatabaseUrlError || error instanceof UnsafeConnection) return error;
    throw error;
  }
}

const everythingOf = (error: Error): string =>
  [
    error.message,
    error.stack,
    String(error),
    inspect(error, { depth: 9, showHidden: true }),
    JSON.stringify(error),
  ].join();

/** What node-postgres' own parser makes of it. It is lost where a space or a lone `%` makes it guess. */
function readAsDriver(url: string): ReturnType<typeof parseAsDriver> | undefined {
  try {
    // It would read the files of certificates at once.
    return parseAsDriver(url.trim().replaceAll(/ssl(?:rootcert|cert|key)=/g, 'file='));
  } catch (error) {
    if (/ |%(?![\da-f]{2})/i.test(url)) return undefined;
    throw error;
  }
}

/** The host to which node-postgres would connect, by its own parser; compared here without the code of the policy. */
function driverReachesLocal(url: string): boolean {
  const host = readAsDriver(url)?.host?.toLowerCase() ?? '';
  if (isIP(host) === 0) return host === '' || /localhost|loopback|^\/|[^a-z0-9_.-]|^[\d.x]+$/.test(host);
  const bytes = host.replace(/^.*:(?=[\d.]+$)/, '');
  return /^(?:127\.|0\.)/.test(bytes) || /^[0:]*:(?:1|ffff:7f.*)?$/.test(host);
}

describe('production refuses', () => {
  const attempts = LOCAL_HOSTS.flatMap((host) => urlsTo(host).map((url) => ({ host, url })));

  test(`this machine, in ${attempts.length} spellings`, () => {
    expect(attempts.length).toBeGreaterThan(500);
    const accepted = attempts.filter(({ url }) => refusalOf(url, PRODUCTION) === undefined);
    expect(accepted).toEqual([]);
  });

  test.each(UNVERIFIED)('an unverified server: %s', (url) => {
    const error = refusalOf(url, PRODUCTION);
    expect(error).toBeInstanceOf(Error);
    if (error instanceof UnsafeConnection) expect(error.message).toContain('sslmode=verify-full');
  });

  test('a URL that leaves the user to chance', () => {
    expect(refusalOf('postgres://db.example.com/antone?sslmode=verify-full', PRODUCTION)?.message).toContain('no user');
  });

  test('all of it in one line, with the way out of each', () => {
    expect(refusalOf('postgres://app:pw@localhost/antone', PRODUCTION)?.message).toMatch(
      /^Refused in production: the host is this machine \(or permit it: SHARED_DB_ALLOW_LOCALHOST=1\); the server is not verified: .*\(or permit it: SHARED_DB_ALLOW_PLAINTEXT=1\)\.$/,
    );
  });

  test('nothing that the operator has permitted by name, and everything else', () => {
    const url = 'postgres://app:pw@localhost/antone';
    expect(refusalOf(url, { production: true, optOuts: ['SHARED_DB_ALLOW_LOCALHOST'] })?.message).not.toContain(
      'machine',
    );
    expect(
      refusalOf(url, { production: true, optOuts: ['SHARED_DB_ALLOW_LOCALHOST', 'SHARED_DB_ALLOW_PLAINTEXT'] }),
    ).toBeUndefined();
  });
});

describe('production accepts', () => {
  test.each([
    'postgres://app:pw@db.example.com/antone?sslmode=verify-full',
    'postgresql://app:pw@DB.example.com.:6432/antone?sslmode=verify-full&application_name=api',
    'postgres://app@10.1.2.3/antone?sslmode=verify-full',
    'postgres://app:invented%40@[2001:db8::7]:5433/antone?ssl=true',
    'postgres://app:pw@/antone?host=db.example.com&port=5433&sslmode=verify-full',
    'postgres://app:pw@db.example.com/antone?sslmode=require&sslrootcert=/etc/ssl/ca.pem',
    'postgres://app:pw@db.example.com/antone?sslmode=verify-ca&sslrootcert=/etc/ssl/ca.pem',
    'postgres://app:pw@localhost.example.com/antone?sslmode=verify-full',
    'postgres://app:pw@not-localhost/antone?sslmode=verify-full',
    'postgres://app:pw@postgres_1/antone?sslmode=verify-full&sslrootcert=system',
    'postgres://app:pw@xn--bcher-kva.example/antone?sslmode=verify-full',
  ])('%s', (url) => {
    expect(refusalOf(url, PRODUCTION)).toBeUndefined();
  });
});

test('development needs neither TLS nor another machine', () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]', 'db']) {
    expect(refusalOf(`postgres://me:pw@${host}/antone`, DEVELOPMENT)).toBeUndefined();
  }
  expect(parseDatabaseUrl('postgres://me@/antone?host=/var/run/postgresql')).toMatchObject({
    host: '/var/run/postgresql',
  });
  expect(createTlsOptions(parseDatabaseUrl('postgres://me@db/antone').tls)).toBe(false);
});

describe('a malformed URL', () => {
  test.each(MALFORMED)('is refused with its part, and not repeated: %j', (url) => {
    const error = refusalOf(url, DEVELOPMENT) ?? tlsFailureOf(url);
    expect(error).toBeInstanceOf(DatabaseUrlError);
    expect(error).toHaveProperty('part', expect.stringMatching(/^[a-z]+$/));
    expect(everythingOf(error as Error)).not.toMatch(new RegExp(MARK, 'i'));
    expect((error as Error).message).not.toContain('\n');
  });

  test.each([
    ['mysql://u:p@h/d', 'scheme'],
    ['postgres://u%ff:p@h/d', 'user'],
    ['postgres://u:invented%zz@h/d', 'password'],
    ['postgres://u:p@1.2.3/d', 'host'],
    ['postgres:///d', 'host'],
    ['postgres://u:p@h:0/d', 'port'],
    ['postgres://u:p@h', 'database'],
    ['postgres://u:p@h/d?service=x', 'parameters'],
    ['postgres://u:p@h/d?sslmode=prefer', 'tls'],
    ['postgres://u:p@h/d#x', 'whole'],
  ])('%s: %s', (url, part) => {
    expect(refusalOf(url, DEVELOPMENT)).toMatchObject({ name: 'DatabaseUrlError', part });
  });

  test.each([undefined, null, 5])('that is no text is refused as missing: %s', (url) => {
    expect(refusalOf(url as never, DEVELOPMENT)).toMatchObject({ name: 'DatabaseUrlError', part: 'whole' });
  });
});

function tlsFailureOf(url: string): unknown {
  try {
    return createTlsOptions(parseDatabaseUrl(url).tls);
  } catch (error) {
    return error;
  }
}

describe('of URLs put together at random', () => {
  test('none crashes or is repeated, and production accepts none that leads node-postgres to this machine', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyUrl, fc.stringMatching(/^[a-z]{3}[0-9]{8}$/), (text, mark) => {
        // Once as it is, and once with a mark in its password.
        for (const url of [text, text.replace('@', `${mark}@`)]) {
          const error = refusalOf(url, PRODUCTION);
          if (error !== undefined) {
            expect(everythingOf(error)).not.toContain(mark);
            continue;
          }
          accepted += 1;
          if (readAsDriver(url) !== undefined) expect(driverReachesLocal(url)).toBe(false);
          const { tls } = parseDatabaseUrl(url);
          if (tls.ca === undefined && tls.cert === undefined)
            expect(createTlsOptions(tls)).toEqual({ rejectUnauthorized: true });
        }
      }),
      { numRuns: 1_000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  test('what is accepted is read as node-postgres reads it', () => {
    fc.assert(
      fc.property(anyUrl, (url) => {
        if (refusalOf(url, DEVELOPMENT) !== undefined) return;
        const ours = parseDatabaseUrl(url);
        const theirs = readAsDriver(url);
        // Where there is a space, it takes the percent signs of the whole URL for text.
        if (theirs === undefined || /^(?=.* ).*%/.test(url)) return;
        expect(ours.host).toBe(readHost(theirs.host ?? ''));
        expect(ours.port).toBe(Number(theirs.port === '' ? 5432 : theirs.port));
        // It leaves a percent sign alone before what it takes for reserved, and after a space anywhere guesses anew.
        if (!/[ ]|%(?:2|3|40|5)/i.test(url)) {
          expect(ours.user ?? '').toBe(theirs.user);
          expect(ours.password ?? '').toBe(theirs.password);
          expect(ours.database).toBe(theirs.database);
        }
      }),
      { numRuns: 600 },
    );
  });

  test('what is accepted means the same when written again', () => {
    fc.assert(
      fc.property(anyUrl, (url) => {
        if (refusalOf(url, DEVELOPMENT) !== undefined) return;
        const address = parseDatabaseUrl(url);
        const again = parseDatabaseUrl(formatDatabaseUrl(address));
        expect(again).toEqual(address);
        expect(again.password).toBe(address.password);
      }),
      { numRuns: 300 },
    );
  });
});

test('the password is not among what is printed of an address', () => {
  const address = parseDatabaseUrl(`postgres://app:${MARK}@db.example.com/antone?sslmode=verify-full`);
  expect(address.password).toBe(MARK);
  expect(inspect(address, { depth: 9 }) + JSON.stringify(address) + JSON.stringify({ ...address })).not.toContain(MARK);
});
