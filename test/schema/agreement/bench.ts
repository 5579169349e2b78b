import type { DataSource } from 'typeorm';
import type { Subject } from './subjects.js';
import { toWire, type Wire } from './wire.js';

/** The result of one row in PostgreSQL. */
export interface Answer {
  /** The SQLSTATE of the refusal, `driver` when nothing was sent, or empty when the row was stored. */
  readonly state: string;
  /** The constraint that refused. */
  readonly refusedBy: string;
  /** The value of each column as text: as stored, or as PostgreSQL parsed it before the refusal; null when it could not be parsed. */
  readonly arrived: readonly (string | null)[] | null;
  /** The result of each CHECK of the subject by itself. */
  readonly verdicts: readonly boolean[] | null;
}

/** Stands for DEFAULT. No UTF-8 text begins with this byte. */
const DEFAULT = Buffer.from([0xff]);

const UNSENT: Answer = { state: 'driver', refusedBy: '', arrived: null, verdicts: null };

/**
 * Inserts thousands of values. For each subject it creates a table with the columns of the subject and their types, defaults, NOT NULLs
 * and CHECKs from the catalog, and a function that inserts row after row and catches each error. A round trip and a whole row for each
 * value would take a hundred times longer; `direct.ts` tests on a sample that the results are the same.
 */
export class Bench {
  private readonly prepared = new Map<Subject, string>();

  constructor(private readonly dataSource: DataSource) {}

  /** Returns PostgreSQL's result for each row; undefined for values that cannot be sent as text. */
  async answers(subject: Subject, rows: readonly (readonly unknown[])[]): Promise<(Answer | undefined)[]> {
    const name = await this.prepare(subject);
    const wires = rows.map((values) => subject.columns.map((column, index) => toWire(column, values[index])));
    const given = wires.filter(isSent).flatMap((row) => row.map(bytesOf));
    const answers = await this.dataSource.query<Answer[]>(
      // JSON is parsed ten times faster than PostgreSQL's text format of arrays.
      `SELECT _state AS state, _refused_by AS "refusedBy", to_json(_arrived) AS arrived, to_json(_verdicts) AS verdicts
       FROM agreement.${name}($1)`,
      [given],
    );
    let asked = 0;
    return wires.map((row) => {
      if (row.some((wire) => 'binary' in wire)) return undefined;
      return row.some((wire) => 'failed' in wire) ? UNSENT : answers[(asked += 1) - 1];
    });
  }

  private async prepare(subject: Subject): Promise<string> {
    const known = this.prepared.get(subject);
    if (known !== undefined) return known;
    const name = `subject_${this.prepared.size}`;
    await this.dataSource.query(
      `CREATE SCHEMA IF NOT EXISTS agreement; ${tableSql(name, subject)}; ${functionSql(name, subject)}`,
    );
    this.prepared.set(subject, name);
    return name;
  }
}

function isSent(row: readonly Wire[]): boolean {
  return row.every((wire) => 'sent' in wire || 'absent' in wire);
}

function bytesOf(wire: Wire): Buffer | null {
  if (!('sent' in wire)) return DEFAULT;
  return wire.sent === null ? null : Buffer.from(wire.sent);
}

function tableSql(name: string, { stored, checks }: Subject): string {
  const columns = stored.map((column) => {
    const fallback = column.default === null ? '' : ` DEFAULT ${column.default}`;
    return `"${column.name}" ${column.type}${column.notNull ? ' NOT NULL' : ''}${fallback}`;
  });
  const constraints = checks.map((check) => `CONSTRAINT "${check.name}" ${check.definition}`);
  return `CREATE UNLOGGED TABLE agreement.${name} (${[...columns, ...constraints].join(', ')})`;
}

function functionSql(name: string, { stored, checks }: Subject): string {
  const names = stored.map((column) => `"${column.name}"`);
  const texts = (from: string) =>
    names.map((column) => `CASE WHEN ${from}${column} IS NOT NULL THEN format('%s', ${from}${column}) END`);
  const read = stored.map(
    ({ name: column, type }, index) =>
      `"${column}" := CAST(convert_from(_given[_at * ${stored.length} + ${index + 1}], 'UTF8') AS ${type});`,
  );
  const verdicts = checks.map(({ expression }) => `coalesce(${expression}, true)`);
  return `
    CREATE FUNCTION agreement.${name}(_given bytea[])
    RETURNS TABLE (_state text, _refused_by text, _arrived text[], _verdicts boolean[]) LANGUAGE plpgsql AS $_body_$
    #variable_conflict use_variable
    DECLARE ${stored.map(({ name: column, type }) => `"${column}" ${type};`).join(' ')}
    BEGIN
      FOR _at IN 0 .. cardinality(_given) / ${stored.length} - 1 LOOP
        _state := ''; _refused_by := ''; _arrived := NULL; _verdicts := NULL;
        BEGIN
          IF _given[_at * ${stored.length} + 1] = '\\xff' THEN
            INSERT INTO agreement.${name} AS _row DEFAULT VALUES RETURNING ARRAY[${texts('_row.').join(', ')}] INTO _arrived;
          ELSE
            ${read.join(' ')}
            _arrived := ARRAY[${texts('').join(', ')}];
            _verdicts := ARRAY[${verdicts.join(', ')}]::boolean[];
            INSERT INTO agreement.${name} AS _row (${names.join(', ')}) VALUES (${names.join(', ')})
            RETURNING ARRAY[${texts('_row.').join(', ')}] INTO _arrived;
          END IF;
        EXCEPTION WHEN OTHERS THEN
          GET STACKED DIAGNOSTICS _state = RETURNED_SQLSTATE, _refused_by = CONSTRAINT_NAME;
        END;
        RETURN NEXT;
      END LOOP;
    END $_body_$`;
}
