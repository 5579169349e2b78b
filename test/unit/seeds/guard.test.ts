import { describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { isThisMachine } from '../../../src/connection/database-url.js';
import { ForeignRowsError, listServerReasons } from '../../../src/seeds/guard.js';

const OWN = '192.0.2.9';

/** A client of node-postgres whose socket is open. */
function clientOf(remoteAddress: string | undefined, host = 'localhost'): object {
  return { host, connection: { stream: { remoteAddress, localAddress: remoteAddress && OWN } } };
}

describe('isThisMachine of an open socket', () => {
  it.each(['127.0.0.1', '127.0.0.2', '127.255.255.254', '::1', '::ffff:127.0.0.1', OWN, undefined])(
    'is true when the remote address is %p',
    (remoteAddress) => {
      expect(isThisMachine({ remoteAddress, localAddress: remoteAddress && OWN })).toBe(true);
    },
  );

  it.each(['128.0.0.1', '192.0.2.1', '::2:0:0:1', '2001:db8::1', '::ffff:192.0.2.1', 'localhost.evil.example', ''])(
    'is false when the remote address is %p',
    (remoteAddress) => {
      expect(isThisMachine({ remoteAddress, localAddress: OWN })).toBe(false);
    },
  );
});

describe('isThisMachine of a host', () => {
  it.each([
    'localhost.evil.example',
    'evil-localhost',
    'localhost:5432',
    '127.0.0.1.evil.example',
    '127.1',
    '128.0.0.1',
    '[::1]x',
    'localhost,evil.example',
    '',
    ' localhost',
  ])('is false for %p', (host) => {
    expect(isThisMachine(host)).toBe(false);
  });
});

describe('listServerReasons', () => {
  it('returns no reason when the socket leads to this machine, whatever the host is called', () => {
    expect(listServerReasons(clientOf('127.0.0.1', 'db.example'))).toEqual([]);
    expect(listServerReasons(clientOf(undefined, '/var/run/postgresql'))).toEqual([]);
  });

  it.each(['localhost', '127.0.0.1', 'db.example'])(
    'returns a reason when the socket leads elsewhere from %s',
    (host) => {
      expect(listServerReasons(clientOf('192.0.2.1', host))).toEqual([`the server "${host}" is not this machine`]);
    },
  );

  it.each([undefined, null, {}, { host: 'localhost' }, { host: 'localhost', connection: {} }])(
    'returns a reason for a client without a socket: %j',
    (client) => {
      expect(listServerReasons(client)).toHaveLength(1);
    },
  );
});

describe('ForeignRowsError', () => {
  it('names tables and counts on one line', () => {
    const error = new ForeignRowsError('antone', [
      { table: 'authors', rows: 3, more: false },
      { table: 'posts', rows: 1000, more: true },
    ]);
    expect(error).toMatchObject({ name: 'ForeignRowsError', code: 'FOREIGN_ROWS' });
    expect(error.message).toBe(
      'Refused to write sample data: the database "antone" contains rows that are not samples: authors (3), posts (more than 1000). Nothing was changed. Use an empty database.',
    );
  });
});
