import { describe, expect, test } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import {
  CheckViolation,
  ConnectionLost,
  DATABASE_ERRORS,
  DatabaseError,
  PermissionDenied,
  PoolSaturated,
  toDatabaseError,
  UnexpectedDatabaseError,
  UniqueViolation,
  UntrustedServer,
} from '../../../src/errors/translate.js';

const secret = 'invented_handle';

/** What node-postgres throws, with the row's values wherever PostgreSQL puts them. */
function driverError(fields: Record<string, unknown>): Error {
  return Object.assign(new Error(`invalid input: "${secret}"`), {
    severity: 'ERROR',
    detail: `Key (platform, handle)=(TWITTER, ${secret}) already exists.`,
    where: `COPY ${secret}`,
    internalQuery: secret,
    hint: secret,
    ...fields,
  });
}

function wrapped(fields: Record<string, unknown>): QueryFailedError {
  return new QueryFailedError(`INSERT INTO authors VALUES ('${secret}')`, [secret], driverError(fields));
}

describe('toDatabaseError', () => {
  const listed = DATABASE_ERRORS.flatMap((Class) => Class.kind.states.map((state) => ({ state, Class })));

  test.each(listed)('translates $state', ({ state, Class }) => {
    for (const error of [toDatabaseError(driverError({ code: state })), toDatabaseError(wrapped({ code: state }))]) {
      expect(error).toBeInstanceOf(Class);
      expect(error).toMatchObject({ name: Class.name, code: Class.kind.code, sqlState: state });
    }
  });

  test('holds no value of the row, no statement and no parameter', () => {
    const error = toDatabaseError(wrapped({ code: '23505', table: 'authors', constraint: 'uq_authors__handle' }));
    expect(error?.cause).toBeUndefined();
    expect(`${error?.stack}${JSON.stringify(error)}`).not.toContain(secret);
    expect(error).toMatchObject({
      table: 'authors',
      columns: ['platform', 'handle'],
      constraint: 'uq_authors__handle',
    });
    expect(error?.message).toBe(
      'authors (platform, handle): a row with these values exists already [uq_authors__handle]. ' +
        'Read the existing row, or write with upsert().',
    );
  });

  test('says the rule where somebody knows the constraint', () => {
    const describeConstraint = (name: string) => ({ table: 'replies', columns: ['content'], summary: `rule ${name}` });
    const error = toDatabaseError(driverError({ code: '23514', constraint: 'ck_x' }), describeConstraint);
    expect(error).toBeInstanceOf(CheckViolation);
    expect(error?.message).toBe(
      'replies (content): rule ck_x [ck_x]. Correct the values that the constraint checks, then write the row again.',
    );
    expect(error?.summary).toBe('rule ck_x');
  });

  test('reads no columns out of a detail that may hold more than names', () => {
    for (const detail of [`Key (lower(handle))=(${secret})`, `Key (${secret} x)=(1)`, secret, undefined]) {
      expect(toDatabaseError(driverError({ code: '23505', detail }))?.columns).toEqual([]);
    }
  });

  test('says what it can where PostgreSQL speaks another language', () => {
    const message = `ungültige Eingabesyntax für Typ uuid: »${secret}«`;
    expect(toDatabaseError(driverError({ code: '22P02', message }))?.summary).toBe(
      'a text cannot be read as the type of its column or parameter',
    );
    // The place in the statement needs no language.
    const fields = { code: '42703', message: 'Spalte p.foo existiert nicht', position: '8', where: undefined };
    const query = new QueryFailedError(
      'SELECT p.foo FROM posts p',
      [],
      driverError({ ...fields, internalQuery: undefined }),
    );
    expect(toDatabaseError(query)?.summary).toBe('column p.foo does not exist');
  });

  test('takes no name out of a RAISE', () => {
    const names = { table: secret, column: secret, constraint: secret, schema: secret };
    const error = toDatabaseError(driverError({ code: '23505', routine: 'exec_stmt_raise', ...names }));
    expect(JSON.stringify([error, error?.driverError, error?.message])).not.toContain(secret);
  });

  test('tells the audit log’s refusal from a missing right', () => {
    expect(toDatabaseError(driverError({ code: '42501' }))).toBeInstanceOf(PermissionDenied);
    const trigger = { code: '42501', constraint: 'tg_audit_logs__append_only', table: 'audit_logs' };
    expect(toDatabaseError(driverError(trigger))).toMatchObject({ code: 'APPEND_ONLY_VIOLATION', retryable: false });
  });

  test.each([
    ['Connection terminated unexpectedly', ConnectionLost],
    ['Connection terminated due to connection timeout', ConnectionLost],
    ['timeout exceeded when trying to connect', PoolSaturated],
    ['Query read timeout', ConnectionLost],
    ['The server does not support SSL connections', UntrustedServer],
  ])('knows what node-postgres says without a code: %s', (message, Class) => {
    expect(toDatabaseError(new Error(message))).toBeInstanceOf(Class);
  });

  test('knows a host whose addresses all fail', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:5432'), { code: 'ECONNREFUSED' });
    expect(toDatabaseError(new AggregateError([refused, refused]))).toBeInstanceOf(ConnectionLost);
    expect(toDatabaseError(new AggregateError([]))).toBeUndefined();
  });

  test('has a word for every state of PostgreSQL', () => {
    expect(toDatabaseError(driverError({ code: '08ZZZ' }))).toBeInstanceOf(ConnectionLost);
    expect(toDatabaseError(driverError({ code: '22ZZZ' }))).toMatchObject({ code: 'INVALID_VALUE' });
    expect(toDatabaseError(driverError({ code: 'XX000' }))).toBeInstanceOf(UnexpectedDatabaseError);
    expect(toDatabaseError(driverError({ code: 'QQ000' }))?.summary).toBe(
      'PostgreSQL rejected the statement (SQLSTATE QQ000)',
    );
    // What is no state is somebody else's, and may hold anything.
    expect(toDatabaseError(driverError({ code: secret }))).toBeUndefined();
  });

  test.each([
    ['another error', new Error('something else')],
    ['a file that is missing', Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'open' })],
    ['a text', '23505'],
    ['nothing', undefined],
    ['null', null],
  ])('is silent about %s', (_what, error) => {
    expect(toDatabaseError(error)).toBeUndefined();
  });

  test('leaves its own errors as they are', () => {
    const error = new UniqueViolation();
    expect(toDatabaseError(error)).toBe(error);
    expect(error).toBeInstanceOf(DatabaseError);
  });
});

test('each error class has its own code, summary and advice', () => {
  for (const part of ['code', 'summary', 'advice'] as const) {
    const all = DATABASE_ERRORS.map(({ kind }) => kind[part]);
    expect(new Set(all).size).toBe(DATABASE_ERRORS.length);
    expect(all.every((text) => text.length > 5)).toBe(true);
  }
  const states = DATABASE_ERRORS.flatMap(({ kind }) => kind.states);
  expect(new Set(states).size).toBe(states.length);
});

test('only what may succeed when begun again is retryable', () => {
  const retryable = DATABASE_ERRORS.filter(({ kind }) => kind.retryable).map(({ kind }) => kind.code);
  expect(retryable.sort()).toEqual([
    'AUTHENTICATION_FAILED',
    'CONNECTION_LOST',
    'DEADLOCK',
    'LOCK_TIMEOUT',
    'POOL_SATURATED',
    'SERIALIZATION_FAILURE',
    'TOO_MANY_CONNECTIONS',
  ]);
});
