import { SharedDbError } from '../errors/shared-db-error.js';

/** The cursor of a page is broken, or was returned by another method. Ask for the first page again. */
export class InvalidCursor extends SharedDbError {
  override readonly name = 'InvalidCursor';
  readonly code = 'INVALID_CURSOR';

  constructor() {
    super(
      'The cursor of the page is not valid: pass `next` or `previous` of a page that the same method returned, or none.',
    );
  }
}

/** Which page of a list to read. */
export interface PageOptions {
  /** Number of rows, 1..100. Default 50. */
  limit?: number;
  /** `next` of the page before: reads the rows that follow it. */
  after?: string | null;
  /** `previous` of the page behind: reads the rows that precede it. */
  before?: string | null;
}

/**
 * One page of a list. The cursors hold the position of a row, not its number, so that rows inserted or deleted meanwhile neither repeat
 * nor skip others, and a page far down the list costs as much as the first.
 */
export interface Page<Row> {
  /** In the order of the list, whichever direction was read. */
  readonly rows: Row[];
  /** Cursor of the following page; null: this is the last. */
  readonly next: string | null;
  /** Cursor of the preceding page; null: this is the first. */
  readonly previous: string | null;
}

/** One column of the order of a list. The columns together must be unique, so the last one is usually the id. */
interface SortColumn {
  /** SQL of the value: `d.created_at`. */
  readonly sql: string;
  /** Key of the value in the selected row. It is not null. */
  readonly key: string;
  readonly type: keyof typeof CURSOR_VALUES;
  /** For a native enum: its PostgreSQL type and its values. `type` is then `text`. */
  readonly enum?: { readonly name: string; readonly values: readonly string[] };
  readonly descending?: boolean;
}

/** Accepts the values that a cursor may hold for each type, so that a forged cursor cannot reach PostgreSQL as a broken value. */
const CURSOR_VALUES = {
  timestamptz: (value: unknown) => isText(value, /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/) && isTime(value, value),
  date: (value: unknown) => isText(value, /^\d{4}-\d{2}-\d{2}$/) && isTime(value, `${value}T00:00:00.000Z`),
  uuid: (value: unknown) => isText(value, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  int: (value: unknown) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  float8: (value: unknown) => typeof value === 'number',
  text: (value: unknown) => isText(value, /^[^\0]*$/),
} as const;

function isText(value: unknown, format: RegExp): value is string {
  return typeof value === 'string' && format.test(value);
}

/** Date.parse takes 30 February for 2 March, and accepts the year 0; PostgreSQL refuses both. */
function isTime(value: string, time: string): boolean {
  const parsed = Date.parse(time);
  return !Number.isNaN(parsed) && !value.startsWith('0000') && new Date(parsed).toISOString() === time;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/** The parts of a list statement. */
export interface ListQuery {
  /** Name of the method; a cursor is valid only for the method that returned it. */
  readonly method: string;
  /** `SELECT … FROM …`, without WHERE. */
  readonly select: string;
  /** Conditions, joined with AND. They number their parameters from $1. */
  readonly where: readonly string[];
  readonly parameters: readonly unknown[];
  readonly order: readonly SortColumn[];
}

/**
 * Reads one page.
 *
 * @param send sends the statement under the name of the method
 * @throws InvalidCursor; RangeError for a limit outside 1..100, or when both `after` and `before` are given
 */
export async function readPage<Row extends object>(
  send: (method: string, sql: string, parameters: readonly unknown[]) => Promise<Row[]>,
  query: ListQuery,
  { limit = DEFAULT_LIMIT, after, before }: PageOptions = {},
): Promise<Page<Row>> {
  assertLimit(limit);
  if (after != null && before != null) throw new RangeError('Give either `after` or `before`, not both.');
  const backward = before != null;
  const cursor = after ?? before ?? undefined;
  const position = cursor === undefined ? undefined : parseCursor(query, cursor);
  const where = [...query.where, ...(position ? [comparePosition(query, backward)] : [])];
  const parameters = [...query.parameters, ...(position ?? []), limit + 1];
  const found = await send(
    query.method,
    `${query.select}${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''} ORDER BY ${query.order
      .map(({ sql, descending = false }) => `${sql}${descending === backward ? '' : ' DESC'}`)
      .join(', ')} LIMIT $${parameters.length}`,
    parameters,
  );
  const rows = found.slice(0, limit);
  if (backward) rows.reverse();
  const [first, last] = [rows[0], rows.at(-1)];
  const hasMore = found.length > limit;
  return {
    rows,
    next: last !== undefined && (hasMore || backward) ? formatCursor(query, last) : null,
    previous: first !== undefined && (backward ? hasMore : position !== undefined) ? formatCursor(query, first) : null,
  };
}

/** @throws RangeError unless the limit is a whole number from 1 to `max` */
export function assertLimit(limit: number, max = MAX_LIMIT): void {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= max) return;
  throw new RangeError(`The limit must be a whole number from 1 to ${max}.`);
}

/**
 * Returns the condition that a row comes after the position (before it, for a backward read). When all columns have one direction it
 * is a comparison of rows, which an index answers as one range.
 */
function comparePosition({ parameters, order }: ListQuery, backward: boolean): string {
  const values = order.map((column, index) => `$${parameters.length + index + 1}::${column.enum?.name ?? column.type}`);
  const operators = order.map(({ descending = false }) => (descending === backward ? '>' : '<'));
  if (new Set(operators).size === 1) {
    return `(${order.map(({ sql }) => sql).join(', ')}) ${operators[0] ?? '>'} (${values.join(', ')})`;
  }
  const alternatives = order.map((column, index) =>
    [
      ...order.slice(0, index).map(({ sql }, earlier) => `${sql} = ${values[earlier] ?? ''}`),
      `${column.sql} ${operators[index] ?? '>'} ${values[index] ?? ''}`,
    ].join(' AND '),
  );
  return `(${alternatives.map((alternative) => `(${alternative})`).join(' OR ')})`;
}

function formatCursor({ method, order }: ListQuery, row: object): string {
  const values = order.map(({ key }) => (row as Record<string, unknown>)[key]);
  return Buffer.from(JSON.stringify([method, ...values])).toString('base64url');
}

function parseCursor({ method, order }: ListQuery, cursor: string): unknown[] {
  const parsed = parseJson(Buffer.from(cursor, 'base64url').toString());
  if (!Array.isArray(parsed) || parsed.length !== order.length + 1 || parsed[0] !== method) throw new InvalidCursor();
  const values: unknown[] = parsed.slice(1);
  const isValid = order.every(
    (column, index) =>
      CURSOR_VALUES[column.type](values[index]) && (column.enum?.values.includes(values[index] as string) ?? true),
  );
  if (!isValid) throw new InvalidCursor();
  return values;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidCursor();
  }
}
