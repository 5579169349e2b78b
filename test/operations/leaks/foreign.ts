/** Errors of others, which hold what they were given: `serializeError` and the commands must say nothing of it. */
import { AssertionError, strictEqual } from 'node:assert';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { EntityNotFoundError, QueryFailedError, TypeORMError } from 'typeorm';
import { ConnectionLost } from '../../../src/errors/translate.js';
import { Author } from '../../../src/entities/index.js';
import { HANDLE, LOGIN, PASSWORD, POST_TEXT } from './planted.js';
import type { Path } from './probe.js';

const URL_TEXT = `postgres://${LOGIN}:${encodeURIComponent(PASSWORD)}@host:notaport/db`;

const thrown = (name: string, error: unknown, expected: Path['expected'] = Error): Path => ({
  name,
  fail: async () => {
    await Promise.resolve();
    throw error;
  },
  expected,
});

const driverError = (): Error =>
  Object.assign(new pg.DatabaseError(`duplicate key ${POST_TEXT}`, 1, 'error'), {
    ...{ code: '23505', severity: 'ERROR', table: 'authors', constraint: 'uq_authors__platform_platform_id' },
    ...{ detail: `Key (platform, platform_id)=(${HANDLE}, ${POST_TEXT}) already exists.`, where: POST_TEXT },
    ...{ internalQuery: POST_TEXT, hint: PASSWORD },
  });

const chain = (length: number): Error =>
  length === 0 ? new Error(PASSWORD) : new Error(POST_TEXT, { cause: chain(length - 1) });

const circular = (): Error => {
  const error = new Error(POST_TEXT);
  return Object.assign(error, { cause: error, errors: [error] });
};

class Renamed extends Error {
  override name = HANDLE;
  readonly password = PASSWORD;
}

/** Changed when its stack is written already, with the message that it had. */
const afterwards = (changes: object): Error => {
  const error = new Error(POST_TEXT);
  return error.stack === undefined ? error : Object.assign(error, changes);
};

const hidden = (): Error =>
  Object.defineProperty(new Error('failed'), 'query', { value: POST_TEXT, enumerable: false });

const MADE: readonly Path[] = [
  thrown('an Error with a text', new Error(POST_TEXT)),
  thrown('an Error of a class with fields and another name', new Renamed(PASSWORD)),
  thrown('an Error with a hidden property', hidden()),
  thrown('an Error whose message was replaced', afterwards({ message: 'failed' })),
  thrown('an Error whose message was emptied', afterwards({ message: '' })),
  thrown('an Error whose stack was replaced', Object.assign(new Error('failed'), { stack: POST_TEXT })),
  thrown('an Error whose stack is no text', Object.assign(new Error('failed'), { stack: { POST_TEXT } })),
  thrown('an Error with a code that is a value', Object.assign(new Error('failed'), { code: HANDLE, errno: HANDLE })),
  thrown('a chain of causes', chain(3)),
  thrown('a long chain of causes', chain(100)),
  thrown('a circle of causes', circular()),
  thrown('a cause that is a text', new Error('failed', { cause: POST_TEXT })),
  thrown('a cause that is an object', new Error('failed', { cause: { handle: HANDLE, password: PASSWORD } })),
  thrown('several errors', new AggregateError([new Error(POST_TEXT), HANDLE, driverError()], PASSWORD)),
  thrown('a hundred errors', new AggregateError(Array.from({ length: 100 }, () => new Error(POST_TEXT)))),
  thrown('one of ours with a cause', Object.assign(new ConnectionLost(), { cause: new Error(PASSWORD) })),
  thrown('a text', POST_TEXT, {}),
  thrown('a list of texts', [HANDLE, POST_TEXT], {}),
  thrown('an object', { message: POST_TEXT, stack: POST_TEXT, name: HANDLE, code: PASSWORD }, {}),
  thrown(
    'a function',
    Object.defineProperty(() => HANDLE, 'name', { value: HANDLE }),
    {},
  ),
  thrown('an error of pg', driverError()),
  thrown('an error of TypeORM', new QueryFailedError(POST_TEXT, [HANDLE], driverError()), QueryFailedError),
  thrown('an error of TypeORM around anything', new QueryFailedError(POST_TEXT, [HANDLE], new Error(PASSWORD))),
  thrown('TypeORM’s error of what is not found', new EntityNotFoundError(Author, { handle: HANDLE })),
  thrown('any other error of TypeORM', new TypeORMError(POST_TEXT), TypeORMError),
];

const real = (name: string, fail: () => unknown, expected: Path['expected'] = Error): Path => ({
  name,
  fail: async () => {
    await Promise.resolve();
    return fail();
  },
  expected,
});

/** As Node.js makes them. */
const REAL: readonly Path[] = [
  real('a URL that cannot be read', () => new URL(URL_TEXT), { code: 'ERR_INVALID_URL' }),
  real('JSON that cannot be read', () => JSON.parse(POST_TEXT), SyntaxError),
  real('a file that is not there', () => readFile(`/nowhere/${HANDLE}`), { code: 'ENOENT' }),
  real('a program that fails', () => promisify(execFile)('false', [PASSWORD]), { code: 1 }),
  real('a program that is not there', () => promisify(execFile)(`/nowhere/${HANDLE}`, [PASSWORD]), { code: 'ENOENT' }),
  real(
    'an assertion',
    () => {
      strictEqual(HANDLE, POST_TEXT);
    },
    AssertionError,
  ),
  real('an object that cannot be copied', () => structuredClone({ [HANDLE]: () => POST_TEXT }), {}),
  real(
    'an abort with a reason',
    () => {
      AbortSignal.abort(new Error(POST_TEXT)).throwIfAborted();
    },
    Error,
  ),
  real(
    'a list that is too long',
    () => {
      throw new RangeError(POST_TEXT);
    },
    RangeError,
  ),
  real('pg on its own, with a bad URL', () => new pg.Client({ connectionString: URL_TEXT }).connect(), {
    code: 'ERR_INVALID_URL',
  }),
];

export const FOREIGN: readonly Path[] = [...MADE, ...REAL];
