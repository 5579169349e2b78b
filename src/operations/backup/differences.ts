import { toOneLine } from '../catalog/describe.js';
import { diff } from '../catalog/diff.js';
import { type Fingerprint, LARGE_OBJECTS, removeSchemaName, type TableRows } from './fingerprint.js';

/** The differences that a comparison ignores. */
export interface ComparisonOptions {
  /** Positions of sequences, which a rollback does not reset. */
  ignoreSequences?: boolean;
  /** Owner, comment, locale and connection limit of the database, which differ between servers. */
  ignoreDatabase?: boolean;
}

/**
 * Lists the differences between two states of a database, one line each.
 *
 * @returns such as `posts: 2 rows are missing (17, should be 19)`, `index ix_posts__author_id is missing`; empty when they are equal
 */
export function compareFingerprints(
  before: Fingerprint,
  after: Fingerprint,
  { ignoreSequences = false, ignoreDatabase = false }: ComparisonOptions = {},
): string[] {
  return [
    ...diff(before.catalog, after.catalog).map(({ message }) => message),
    ...(ignoreDatabase ? [] : listFacts('database', before.database, after.database)),
    ...compareRows(before, after).map(({ message }) => message),
    ...(ignoreSequences ? [] : comparePositions(before, after)),
  ];
}

export interface RowDifference {
  readonly table: string;
  readonly before: number;
  readonly after: number;
  /** Columns of both tables whose values differ; absent unless both fingerprints have hashes of columns. */
  readonly columns?: readonly string[];
  readonly message: string;
}

/** Lists tables whose rows differ. A table that only one side has is a difference of the catalog, so it is not listed here. */
export function compareRows(before: Fingerprint, after: Fingerprint): RowDifference[] {
  return [...new Set([...Object.keys(before.tables), ...Object.keys(after.tables)])].flatMap((path) => {
    const [was, is] = [before.tables[path], after.tables[path]];
    if (!was || !is) return path === LARGE_OBJECTS ? [describeMissing(path, was, is)] : [];
    if (was.rows === is.rows && was.hash === is.hash) return [];
    const columns = listChangedColumns(was, is);
    // The hash differs only because a column was added or dropped.
    if (was.rows === is.rows && columns?.length === 0 && !hasSameColumns(was, is)) return [];
    const table = removeSchemaName(path, after.catalog.schema);
    return [
      {
        table,
        ...{ before: was.rows, after: is.rows },
        ...(columns ? { columns } : {}),
        message: `${table}: ${formatDifference(was.rows, is.rows, columns)}`,
      },
    ];
  });
}

function describeMissing(path: string, was?: TableRows, is?: TableRows): RowDifference {
  const [before, after] = [was?.rows ?? 0, is?.rows ?? 0];
  return { table: path, before, after, message: `${path}: ${formatDifference(before, after)}` };
}

function formatDifference(before: number, after: number, columns: readonly string[] = []): string {
  const where = columns.length === 0 ? '' : ` (${columns.join(', ')})`;
  if (before === after) return `${before} rows, but not with the same values${where}`;
  const [count, verb] = after < before ? [before - after, 'missing'] : [after - before, 'too many'];
  return `${count} ${count === 1 ? 'row is' : 'rows are'} ${verb} (${after}, should be ${before})`;
}

function listChangedColumns(was: TableRows, is: TableRows): string[] | undefined {
  const [a, b] = [was.columns, is.columns];
  return a && b && Object.keys(a).filter((column) => b[column] !== undefined && a[column] !== b[column]);
}

function hasSameColumns(was: TableRows, is: TableRows): boolean {
  return Object.keys(was.columns ?? {}).join() === Object.keys(is.columns ?? {}).join();
}

function comparePositions(before: Fingerprint, after: Fingerprint): string[] {
  return Object.keys(before.sequences).flatMap((path) => {
    const [was, is] = [before.sequences[path], after.sequences[path]];
    // A missing sequence is a difference of the catalog.
    if (was === undefined || is === undefined || was === is) return [];
    return [`sequence ${removeSchemaName(path, after.catalog.schema)}: position is ${is}, should be ${was}`];
  });
}

function listFacts(
  what: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `${what}: ${name} is ${formatValue(after[name])}, should be ${formatValue(before[name])}`);
}

function formatValue(value: string | undefined): string {
  return value === undefined ? 'none' : `“${toOneLine(value)}”`;
}
