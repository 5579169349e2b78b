import { afterAll, describe, expect, test } from '@jest/globals';
import type { DatabaseError } from '../../../src/errors/translate.js';
import { toDatabaseError } from '../../../src/validation/constraints.js';
import { useDatabase } from '../../support/database.js';
import { withNodeEnv } from '../../support/node-env.js';
import type { Provocation } from './provoked/provocation.js';
import { SERVER_SIDE } from './provoked/server.js';
import { STATEMENTS } from './provoked/statements.js';
import { VALUES } from './provoked/values.js';

const db = useDatabase();
const ALL = [...STATEMENTS, ...VALUES, ...SERVER_SIDE];

afterAll(() => {
  const states = new Set(ALL.map(({ sqlState }) => sqlState));
  console.log(
    `error messages: ${ALL.length} provoked on PostgreSQL, of ${states.size} SQLSTATEs, each in development and in production`,
  );
});

async function errorOf({ call }: Provocation, nodeEnv: string): Promise<unknown> {
  return withNodeEnv(nodeEnv, () =>
    call(db.dataSource).then(
      () => {
        throw new Error('Nothing was refused.');
      },
      (error: unknown) => error,
    ),
  );
}

describe('an error says what happened and what to do', () => {
  test.each(ALL)('$sqlState $name', async (provocation) => {
    const { sqlState, errorClass, summary, advice, inProduction = summary } = provocation;
    for (const [nodeEnv, expected] of [
      ['test', summary],
      ['production', inProduction],
    ] as const) {
      const error = await errorOf(provocation, nodeEnv);
      expect(toDatabaseError(error)).toBe(error);
      expect(error).toMatchObject({ summary: expected, advice: expect.stringMatching(advice) as unknown });
      expect(sqlState.split('|')).toContain((error as DatabaseError).sqlState);
      expect(error).toBeInstanceOf(errorClass);
      const { message } = error as Error;
      expect(message).toContain(expected);
      expect(message).toMatch(advice);
      expect(message).not.toMatch(/\n|SQLSTATE/);
    }
  });
});
