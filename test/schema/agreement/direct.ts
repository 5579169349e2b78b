import { type DataSource, In, QueryFailedError, type QueryRunner } from 'typeorm';
import { type EntityClass, getEntityRules } from '../../../src/columns/registry.js';
import { validateEntity } from '../../../src/validation/validate-entity.js';
import { EntityValidationError, type Violation } from '../../../src/validation/validation-error.js';
import { type Row, rowOf } from '../../support/rows.js';
import { disagreement, type Disagreement, type Tally } from './compare.js';
import { rendered } from './render.js';
import type { Subject } from './subjects.js';
import { arrivalOf, type Case, type Outcome } from './verdict.js';
import { isWarnedOf } from './wire.js';

/** Foreign and unique keys depend on other rows, so that they are dropped: they must not affect the result of a value. */
const DROP_KEYS = `
  DO $$
  DECLARE one record;
  BEGIN
    FOR one IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'u', 'p') ORDER BY contype = 'p' LOOP
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.owner, one.conname);
    END LOOP;
    FOR one IN SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class c ON c.oid = indrelid
      WHERE indisunique AND relnamespace = 'public'::regnamespace LOOP
      EXECUTE format('DROP INDEX %s', one.name);
    END LOOP;
  END $$`;

/** Prepares the database for `writeDirectly`. No other test may use it. */
export async function dropKeys(dataSource: DataSource): Promise<void> {
  await dataSource.query(DROP_KEYS);
}

interface Stored extends Row {
  id: string;
}

interface Attempt {
  readonly one: Case;
  readonly row: Row;
  /** The refusal; absent when the row was stored. */
  readonly refusal?: { readonly state: string; readonly by: string };
  readonly id?: string;
}

/**
 * Writes a sample of whole rows through TypeORM, without the validating subscriber, into the entity's own table, and reads them back.
 *
 * @returns the rows whose result differs from that of the bench or from that of `validateEntity`
 */
export async function writeDirectly(
  runner: QueryRunner,
  entity: EntityClass,
  cases: readonly Case[],
  tally: Tally,
): Promise<Disagreement[]> {
  const attempts: Attempt[] = [];
  for (const one of cases) attempts.push(await attempt(runner, entity, one));
  const ids = attempts.flatMap(({ id }) => id ?? []);
  const rows = await runner.manager.getRepository<Stored>(entity).findBy({ id: In(ids) });
  const stored = new Map(rows.map((row) => [row.id, row]));
  return attempts.flatMap((tried) => {
    const outcome = outcomeOf(tried, stored);
    const detail = faultOf(tried, outcome, tally);
    return detail === undefined ? [] : [{ ...disagreement({ ...tried.one, outcome }), detail }];
  });
}

async function attempt(runner: QueryRunner, entity: EntityClass, one: Case): Promise<Attempt> {
  const changes = one.subject.columns.map(({ propertyName }, index) => [propertyName, one.values[index]]);
  const row = rowOf(entity, Object.fromEntries(changes) as Row);
  const insert = runner.manager
    .createQueryBuilder()
    .insert()
    .into<Row>(entity)
    .values({ ...row });
  try {
    const { raw } = (await insert.callListeners(false).returning('id').execute()) as { raw: { id: string }[] };
    return { one, row, id: raw[0]?.id ?? '' };
  } catch (error) {
    if (!(error instanceof QueryFailedError)) return { one, row, refusal: { state: 'driver', by: '' } };
    const { code, constraint } = error.driverError as { code?: string; constraint?: string };
    return { one, row, refusal: { state: code ?? 'driver', by: constraint ?? '' } };
  }
}

function outcomeOf({ one, refusal, id }: Attempt, stored: ReadonlyMap<unknown, Row>): Outcome {
  if (refusal) return { kind: 'refused', ...refusal };
  const row = stored.get(id);
  const read = one.subject.columns.map(({ propertyName }) => row?.[propertyName]);
  return arrivalOf(one.subject, one.values, read);
}

function faultOf({ one, row }: Attempt, outcome: Outcome, tally: Tally): string | undefined {
  const { subject } = one;
  const violations = violationsOf(subject.entity, row);
  if (subject.field && isValidated(subject, violations) === one.verdict.accepted)
    return 'validateEntity has another result';
  if (isRefusedElsewhere(subject, outcome)) {
    const known = violations.length > 0 || tally.isListed({ ...one, outcome });
    return known ? undefined : 'validateEntity accepts the row';
  }
  const [bench, direct] = [one.outcome, outcome].map(summary);
  if (bench !== direct) return `the bench has another result: ${bench}`;
  const broken = new Set(violations.map(({ constraint }) => constraint));
  const missed = getEntityRules(subject.entity).rows.filter(
    ({ sql, meaning }) => sql !== undefined && broken.has(meaning),
  );
  if (outcome.kind === 'refused' || missed.length === 0) return undefined;
  return `validateEntity refuses the row: ${missed.map(({ meaning }) => meaning).join()}`;
}

/** Whether a rule of the column itself refuses the row. */
function isValidated({ columns }: Subject, violations: readonly Violation[]): boolean {
  return violations.some(
    ({ property, properties }) => property !== '' && columns.some((column) => properties.includes(column.propertyName)),
  );
}

/** Whether a CHECK that the bench does not have refuses the row: one of another column, or one on several columns. */
function isRefusedElsewhere({ checks }: Subject, outcome: Outcome): boolean {
  return outcome.kind === 'refused' && outcome.by !== '' && !checks.some(({ name }) => name === outcome.by);
}

function summary(outcome: Outcome): string {
  return outcome.kind === 'refused' ? `refused, ${outcome.state}` : rendered(outcome);
}

function violationsOf(entity: EntityClass, row: Row): readonly Violation[] {
  try {
    validateEntity(entity, row, { write: 'insert' });
    return [];
  } catch (error) {
    if (error instanceof EntityValidationError) return error.violations;
    throw error;
  }
}

/** Returns a few cases of each kind of result, spread evenly over all cases. */
export function sampleOf(cases: readonly Case[], most: number): Case[] {
  const kinds = new Map<string, Case[]>();
  for (const one of cases) {
    const kind = `${one.verdict.accepted} ${one.outcome.kind}`;
    const known = kinds.get(kind);
    if (known) known.push(one);
    else kinds.set(kind, [one]);
  }
  const chosen = [...kinds.values()].flatMap((all) =>
    all.filter((_, index) => index % Math.ceil(all.length / most) === 0),
  );
  return chosen.filter(({ subject, values }) => !subject.columns.some((column, at) => isWarnedOf(column, values[at])));
}
