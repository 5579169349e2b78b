import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assertLimit,
  InvalidCursor,
  type ListQuery,
  type Page,
  type PageOptions,
  readPage,
} from '../../../src/repositories/pages.js';

interface Row {
  readonly score: number;
  readonly id: string;
}

const ID = '0190a0b0-0000-7000-8000-00000000000a';
const uuidOf = (n: number): string => `0190a0b0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

const QUERY: ListQuery = {
  method: 'listRows',
  select: 'SELECT score, id FROM rows',
  where: ['kind = $1'],
  parameters: ['a'],
  order: [
    { sql: 'score', key: 'score', type: 'int', descending: true },
    { sql: 'id', key: 'id', type: 'uuid', descending: true },
  ],
};

const cursorOf = (...values: unknown[]): string => Buffer.from(JSON.stringify(values)).toString('base64url');

const compare = (a: Row, b: Row): number => b.score - a.score || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/** A table that answers the statements of `readPage` for `QUERY`. */
function createTable(rows: Row[]): (options?: PageOptions) => Promise<Page<Row>> {
  const send = (_method: string, sql: string, parameters: readonly unknown[]): Promise<Row[]> => {
    const limit = parameters.at(-1) as number;
    const backward = sql.includes('ORDER BY score, id LIMIT');
    const [score, id] = parameters.slice(1, -1) as [number, string];
    const isBehind = (row: Row): boolean => compare(row, { score, id }) * (backward ? -1 : 1) > 0;
    const found = rows.filter((row) => parameters.length === 2 || isBehind(row)).sort(compare);
    return Promise.resolve((backward ? found.reverse() : found).slice(0, limit));
  };
  return (options) => readPage(send, QUERY, options);
}

/** Reads all pages in one direction, and changes the table between them. */
async function walk(
  read: (options: PageOptions) => Promise<Page<Row>>,
  { limit, from, change }: { limit: number; from?: string | null; change?: () => void },
): Promise<Row[]> {
  const pages: Row[][] = [];
  const backward = from != null;
  let cursor = from ?? null;
  do {
    const page: Page<Row> = await read(backward ? { limit, before: cursor } : { limit, after: cursor });
    pages.push(page.rows);
    cursor = backward ? page.previous : page.next;
    change?.();
  } while (cursor !== null);
  return (backward ? pages.reverse() : pages).flat();
}

const rowsOf = fc
  .array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 })
  .map((scores) => scores.map((score, n) => ({ score, id: uuidOf(n * 2) })));

describe('readPage()', () => {
  it('reads each row once in the order of the list, forward and backward, for every size of table and page', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf, fc.integer({ min: 1, max: 12 }), async (rows, limit) => {
        const read = createTable(rows);
        const sorted = rows.toSorted(compare);
        expect(await walk(read, { limit })).toEqual(sorted);
        const end = cursorOf('listRows', -1, ID);
        expect(await walk(read, { limit, from: end })).toEqual(sorted);
      }),
      { numRuns: 200 },
    );
  });

  it('neither repeats nor skips a row that was there at the beginning when rows are inserted and deleted between pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsOf,
        fc.integer({ min: 1, max: 6 }),
        fc.infiniteStream(fc.nat()),
        async (rows, limit, numbers) => {
          const table = [...rows];
          const kept = new Set(rows.filter((_, n) => n % 2 === 0));
          let inserted = 0;
          const change = (): void => {
            const number = (numbers.next().value as number | undefined) ?? 0;
            if (inserted < 30) table.push({ score: number % 6, id: uuidOf(1_001 + 2 * inserted) });
            inserted += 1;
            const place = table.findIndex((row, n) => !kept.has(row) && n >= number % (table.length + 1));
            if (number % 3 === 0 && place >= 0) table.splice(place, 1);
          };
          const read = await walk(createTable(table), { limit, change });
          expect(new Set(read).size).toBe(read.length);
          expect(read).toEqual(read.toSorted(compare));
          expect(read.filter((row) => kept.has(row))).toHaveLength(kept.size);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('returns to the page before with its previous cursor, and has no cursors around a single page', async () => {
    const read = createTable(Array.from({ length: 7 }, (_, n) => ({ score: 1, id: uuidOf(n) })));
    const first = await read({ limit: 3 });
    expect(first.previous).toBeNull();
    const second = await read({ limit: 3, after: first.next });
    const back = await read({ limit: 3, before: second.previous });
    expect(back.rows).toEqual(first.rows);
    expect(back.previous).toBeNull();
    expect((await read({ limit: 3, after: back.next })).rows).toEqual(second.rows);
    expect(await read()).toMatchObject({ next: null, previous: null });
    expect(await createTable([])()).toEqual({ rows: [], next: null, previous: null });
  });

  it('compares rows when all columns have one direction, and column by column when they differ', async () => {
    const statements: string[] = [];
    const send = (_: string, sql: string): Promise<Row[]> => {
      statements.push(sql);
      return Promise.resolve([]);
    };
    const [score, id] = QUERY.order as [ListQuery['order'][number], ListQuery['order'][number]];
    const after = cursorOf('listRows', 1, ID);
    await readPage(send, QUERY, { after });
    await readPage(send, { ...QUERY, order: [score, { ...id, descending: false }] }, { before: after });
    expect(statements).toEqual([
      'SELECT score, id FROM rows WHERE kind = $1 AND (score, id) < ($2::int, $3::uuid) ORDER BY score DESC, id DESC LIMIT $4',
      'SELECT score, id FROM rows WHERE kind = $1 AND ((score > $2::int) OR (score = $2::int AND id < $3::uuid)) ORDER BY score, id DESC LIMIT $4',
    ]);
  });
});

describe('a forged cursor', () => {
  const read = (cursor: string, order: ListQuery['order'] = QUERY.order): Promise<unknown> =>
    readPage(() => Promise.resolve([]), { ...QUERY, order }, { after: cursor });
  const ofType = (type: ListQuery['order'][number]['type']): ListQuery['order'] => [{ sql: 'x', key: 'x', type }];

  it('is refused whatever text it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((json) => Buffer.from(json).toString('base64url')),
        ),
        async (cursor) => {
          await expect(read(cursor)).rejects.toBeInstanceOf(InvalidCursor);
        },
      ),
    );
  });

  it.each([
    [[]],
    [['listRows']],
    [['listRows', 1]],
    [['listRows', 1, ID, 1]],
    [['listOther', 1, ID]],
    [['listRows', '1', ID]],
    [['listRows', 2 ** 31, ID]],
    [['listRows', 1.5, ID]],
    [['listRows', null, ID]],
    [['listRows', 1, ID.toUpperCase()]],
    [['listRows', 1, `${ID}\n`]],
  ])('with the values %j is refused', async (values) => {
    await expect(read(cursorOf(...values))).rejects.toBeInstanceOf(InvalidCursor);
  });

  it.each([
    ['timestamptz', '2026-02-30T00:00:00.000Z'],
    ['timestamptz', '2026-01-01T24:00:00.000Z'],
    ['timestamptz', '2026-01-01T00:00Z'],
    ['timestamptz', '0000-01-01T00:00:00.000Z'],
    ['timestamptz', 'infinity'],
    ['date', '2026-02-29'],
    ['date', '0000-01-01'],
    ['date', '2026-13-01'],
    ['text', 'a\0b'],
    ['float8', '1'],
  ] as const)(
    'with a %s of %j, which PostgreSQL would refuse or no method returns, is refused',
    async (type, value) => {
      await expect(read(cursorOf('listRows', value), ofType(type))).rejects.toBeInstanceOf(InvalidCursor);
    },
  );

  it('with another value than those of an enum is refused', async () => {
    const order = [{ sql: 'x', key: 'x', type: 'text', enum: { name: 'mode', values: ['a', 'b'] } }] as const;
    await expect(read(cursorOf('listRows', 'c'), order)).rejects.toBeInstanceOf(InvalidCursor);
    await expect(read(cursorOf('listRows', 'b'), order)).resolves.toMatchObject({ rows: [] });
  });

  it('is accepted when it holds values that a row may have', async () => {
    for (const [type, value] of [
      ['timestamptz', '2024-02-29T23:59:59.999Z'],
      ['date', '2024-02-29'],
      ['uuid', ID],
      ['int', -5],
      ['float8', 0.25],
      ['text', 'häkchen'],
    ] as const) {
      await expect(read(cursorOf('listRows', value), ofType(type))).resolves.toMatchObject({ rows: [] });
    }
  });
});

describe('assertLimit()', () => {
  it('accepts whole numbers from 1 to the maximum, and refuses all others', () => {
    for (const limit of [1, 50, 100]) assertLimit(limit);
    assertLimit(1_000, 1_000);
    for (const limit of [0, -1, 101, 1.5, Number.NaN, Infinity, '5' as never]) {
      expect(() => {
        assertLimit(limit);
      }).toThrow(new RangeError('The limit must be a whole number from 1 to 100.'));
    }
  });
});
