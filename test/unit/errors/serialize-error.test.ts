import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { UniqueViolation, serializeError } from '@shared/db';
import { IsString, MinLength, validate, type ValidationError, ValidateNested } from 'class-validator';
import { QueryFailedError } from 'typeorm';

const SECRET = 'invented_handle';

class Inner {
  @MinLength(40) text = SECRET;
}

class Outer {
  @IsString() @MinLength(40) content: unknown = SECRET;
  @ValidateNested() list = [new Inner()];
  @ValidateNested() map = new Map([[SECRET, new Inner()]]);
}

function json(error: unknown): string {
  return JSON.stringify(serializeError(error));
}

describe('serializeError', () => {
  it('keeps all of our own errors', () => {
    const error = new UniqueViolation({ sqlState: '23505', table: 'authors', constraint: 'uq_authors__handle' });
    expect(serializeError(error)).toMatchObject({
      name: 'UniqueViolation',
      message: error.message,
      code: 'UNIQUE_VIOLATION',
      table: 'authors',
      constraint: 'uq_authors__handle',
      retryable: false,
      stack: expect.stringMatching(/^ {4}at .*serialize-error\.test/) as unknown,
    });
  });

  it('translates those of TypeORM and node-postgres', () => {
    const driverError = Object.assign(new Error(SECRET), {
      ...{ code: '23505', severity: 'ERROR', detail: `Key (handle)=(${SECRET}) already exists.` },
    });
    const error = new QueryFailedError(`INSERT INTO authors VALUES ('${SECRET}')`, [SECRET], driverError);
    expect(serializeError(error)).toMatchObject({ name: 'UniqueViolation', sqlState: '23505', columns: ['handle'] });
    expect(json(error)).not.toContain(SECRET);
  });

  it('names the rules that class-validator found broken, never values or keys of maps', async () => {
    const errors = await validate(new Outer());
    expect(serializeError(errors).message).toBe(
      'Validation failed: content (minLength), list.0.text (minLength), map.?.text (minLength)',
    );
    expect(json(errors)).not.toContain(SECRET);
    expect(json(errors[0])).not.toContain(SECRET);
  });

  it('hides keys that nobody declared', async () => {
    const errors: ValidationError[] = await validate(Object.assign(new Inner(), { [`${SECRET}_key`]: 1 }), {
      whitelist: true,
      forbidNonWhitelisted: true,
    });
    expect(serializeError(errors).message).toContain('? (whitelistValidation)');
    expect(json(errors)).not.toContain(SECRET);
  });

  it('withholds the message of any other error, and keeps its code and where it was thrown', () => {
    const error = Object.assign(new TypeError(`no ${SECRET}`), { code: 'ERR_INVALID_ARG_TYPE' });
    expect(serializeError(error)).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    expect(serializeError(error).stack).toMatch(/^ {4}at .*serialize-error\.test/);
    expect(json(error)).not.toContain(SECRET);
    expect(serializeError(Object.assign(new Error('x'), { code: SECRET }))).not.toHaveProperty('code');
  });

  it('goes down causes and aggregates, but not for ever', () => {
    const circle: Error & { cause?: unknown } = new Error(SECRET);
    circle.cause = new AggregateError([new UniqueViolation(), circle, SECRET], SECRET);
    expect(serializeError(circle)).toMatchObject({
      cause: { errors: [{ name: 'UniqueViolation' }, { name: 'Error' }, { name: 'string' }] },
    });
    expect(json(circle)).not.toContain(SECRET);
  });

  it.each([
    ['a string', SECRET],
    ['nothing', undefined],
    ['an object', { password: SECRET }],
    ['a revoked proxy', revoked()],
    [
      'an error whose fields throw',
      Object.defineProperty(new Error(SECRET), 'stack', {
        get(): never {
          throw new Error(SECRET);
        },
      }),
    ],
    ['an error with a stack of its own', Object.assign(new Error('x'), { stack: `Error: x\n    at ${SECRET}` })],
    ['lines that look like frames', new Error(`x\n    at ${SECRET} (file:///${SECRET}.js:1:1)`)],
    ['a name of its own', Object.assign(new Error('x'), { name: SECRET })],
  ])('takes %s', (_, thrown) => {
    expect(json(thrown)).toContain('"message"');
    expect(json(thrown)).not.toContain(SECRET);
  });
});

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error(SECRET), {});
  revoke();
  return proxy;
}
