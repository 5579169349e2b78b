import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import 'reflect-metadata';
import { assertSamplePlace, isLocalHost } from '../../../src/seeds/guard.js';
import {
  ForeignRowsError,
  SampleInProductionError,
  UnconfirmedDatabaseError,
} from '../../../src/seeds/guard-errors.js';

const here = { nodeEnv: 'development', host: 'localhost', databaseName: 'antone' };
const elsewhere = { ...here, host: 'db.example' };

/** Where the driver would go, without going there. */
function hostOf(url: string): string {
  return new pg.Client({ connectionString: url }).host;
}

describe('isLocalHost', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.0.0.2', '127.255.255.254', '::1', '::ffff:127.0.0.1', '/tmp'])(
    'takes %s for this machine',
    (host) => {
      expect(isLocalHost(host)).toBe(true);
    },
  );

  it.each([
    'localhost.evil.example',
    'evil-localhost',
    'localhost:5432',
    '127.0.0.1.evil.example',
    '127.1',
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '::2',
    '[::1]x',
    'localhost,evil.example',
    '',
    ' localhost',
  ])('does not take %p for this machine', (host) => {
    expect(isLocalHost(host)).toBe(false);
  });
});

describe('the host of a connection string, as the driver reads it', () => {
  it.each([
    ['postgres://u:p@localhost/db', true],
    ['postgres://u:p@[::1]:5432/db', true],
    ['postgres://u:p@%6cocalhost/db', true],
    ['postgres://u:p@%2Fvar%2Frun%2Fpostgresql/db', true],
    ['postgres://u:p@db.example/db?host=/var/run/postgresql', true],
    ['postgres://u:p@localhost.evil.example/db', false],
    ['postgres://u:localhost@db.example/db', false],
    ['postgres://localhost@db.example/db', false],
    ['postgres://u:p@localhost/db?host=db.example', false],
    ['postgres://u:p@localhost/db?host=localhost&host=db.example', false],
    ['postgres://u:p@db.example/localhost', false],
    ['postgres://u:p@db.example/db?hostaddr=127.0.0.1', false],
  ])('%s is local: %p', (url, local) => {
    expect(isLocalHost(hostOf(url))).toBe(local);
  });
});

describe('assertSamplePlace', () => {
  it.each([undefined, '', 'development', 'test'])('lets NODE_ENV %p pass on this machine', (nodeEnv) => {
    expect(() => {
      assertSamplePlace({ ...here, nodeEnv });
    }).not.toThrow();
  });

  it.each(['production', ' Production '])('refuses NODE_ENV %p, even with the name given', (nodeEnv) => {
    expect(() => {
      assertSamplePlace({ ...here, nodeEnv, confirmedName: 'antone' });
    }).toThrow(SampleInProductionError);
  });

  it('refuses another machine, and says how to go on', () => {
    expect(() => {
      assertSamplePlace(elsewhere);
    }).toThrow(UnconfirmedDatabaseError);
    expect(() => {
      assertSamplePlace(elsewhere);
    }).toThrow(
      'Sample data is refused: the database "antone" is on db.example, not on this machine. If it is yours to fill, give its name: seed --database antone',
    );
  });

  it('takes another machine when the database is named', () => {
    expect(() => {
      assertSamplePlace({ ...elsewhere, confirmedName: 'antone' });
    }).not.toThrow();
  });

  it.each(['Antone', 'antone ', 'other', ''])('refuses the name %p, on this machine too', (confirmedName) => {
    expect(() => {
      assertSamplePlace({ ...elsewhere, confirmedName });
    }).toThrow(UnconfirmedDatabaseError);
    expect(() => {
      assertSamplePlace({ ...here, confirmedName });
    }).toThrow(`not to "${confirmedName}"`);
  });
});

describe('messages of the guard', () => {
  it('are one line each and name their class', () => {
    const errors = [
      new SampleInProductionError('NODE_ENV is production'),
      new UnconfirmedDatabaseError('db.example', 'antone'),
      new UnconfirmedDatabaseError('db.example', 'antone', 'other'),
      new ForeignRowsError([{ table: 'authors', rows: 1000, more: true }]),
    ];
    for (const error of errors) {
      expect(error.message).not.toContain('\n');
      expect(error.name).toBe(error.constructor.name);
    }
  });

  it('name tables and counts of foreign rows', () => {
    const error = new ForeignRowsError([
      { table: 'authors', rows: 3, more: false },
      { table: 'posts', rows: 1000, more: true },
    ]);
    expect(error.message).toContain('authors (3), posts (more than 1000)');
  });
});
