import { type Difference, splitIndex } from '../catalog/diff.js';
import type { CatalogObject, Kind, Snapshot } from '../catalog/snapshot.js';
import { planColumn } from './columns.js';
import { planConstraint, planIndex } from './constraints.js';
import { type Change, Draft, quoteLocalName, quoteName, type SourceTexts, type Step } from './draft.js';
import { planEnum } from './enums.js';
import { dropTables, planTable } from './tables.js';
import { addTypeChanges, planTrigger } from './triggers.js';

/** Statements that make one catalog of another, and what is to be said of them. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Differences that cannot be written, one sentence each; the statements leave them out. */
  readonly problems: readonly string[];
  /** Statements that lose data, or may. */
  readonly losses: readonly string[];
  /** Rules that rows which exist may break: names of constraints and indexes. */
  readonly checked: readonly string[];
}

export interface PlanOptions {
  /** How the source writes the definitions that should be. Default: as PostgreSQL does. */
  readonly texts?: SourceTexts | undefined;
  /** The statements take back what others made, and may take values of enums away. */
  readonly isWayBack?: boolean;
}

/**
 * Plans the statements that make the catalog `to` of the catalog `from`. They lose no rows and no values but those of what is
 * dropped, and keep writers waiting only for moments where PostgreSQL has a way.
 *
 * @param differences of `from` from `to`, as `diff(to, from)` lists them; the order of columns is none.
 */
export function planChanges(
  from: Snapshot,
  to: Snapshot,
  differences: readonly Difference[],
  { texts, isWayBack = false }: PlanOptions = {},
): Plan {
  const changes = collectChanges(from, to, differences);
  const retyped = changes.filter(({ facts, to }) => to?.kind === 'column' && facts.includes('type'));
  const draft = new Draft(
    from,
    to,
    retyped.flatMap((change) => change.to ?? []),
    texts,
  );
  const rest = removeRenamed(changes, draft);
  dropTables(
    rest.filter(isDroppedTable).flatMap((change) => change.from ?? []),
    draft,
  );
  for (const change of rest.filter((change) => !isDroppedTable(change))) planChange(change, draft, isWayBack);
  addTypeChanges(draft);
  return {
    steps: splitPhases(draft.collectSteps()),
    problems: draft.problems,
    losses: draft.losses,
    checked: draft.checked,
  };
}

const PLANNERS: Partial<Record<Kind, (change: Change, draft: Draft, isWayBack: boolean) => void>> = {
  column: planColumn,
  constraint: planConstraint,
  enum: planEnum,
  index: planIndex,
  table: planTable,
  trigger: planTrigger,
};

function planChange(change: Change, draft: Draft, isWayBack: boolean): void {
  const plan = PLANNERS[(change.to ?? change.from)?.kind ?? 'object'];
  if (plan) plan(change, draft, isWayBack);
  else draft.problems.push(...change.sentences);
}

function collectChanges(from: Snapshot, to: Snapshot, differences: readonly Difference[]): Change[] {
  const byObject = new Map<string, Difference[]>();
  for (const difference of differences) {
    byObject.set(difference.object, [...(byObject.get(difference.object) ?? []), difference]);
  }
  return [...byObject].map(([key, list]) => ({
    from: from.objects[key],
    to: to.objects[key],
    facts: list.flatMap(({ fact }) => fact ?? []),
    sentences: list.map(({ message }) => message),
  }));
}

function isDroppedTable({ from, to }: Change): boolean {
  return from?.kind === 'table' && to === undefined;
}

/** The others, once what only got another name is renamed: a constraint or index of the same table that says the same. */
function removeRenamed(changes: readonly Change[], draft: Draft): Change[] {
  const left = new Set(changes);
  for (const gone of changes) {
    if (gone.from === undefined || gone.to !== undefined || !['constraint', 'index'].includes(gone.from.kind)) continue;
    const { from } = gone;
    const renamed = [...left].find(({ from: before, to }) => before === undefined && to && isSame(from, to));
    if (renamed?.to === undefined) continue;
    draft.add('renames', renameSql(from, renamed.to, draft));
    left.delete(gone);
    left.delete(renamed);
    if (from.facts.comment !== renamed.to.facts.comment) {
      left.add({ ...renamed, from, facts: ['comment'] });
    }
  }
  return [...left];
}

function renameSql(from: CatalogObject, to: CatalogObject, draft: Draft): string {
  if (from.kind === 'index') return `ALTER INDEX ${quoteLocalName(from.name)} RENAME TO ${quoteLocalName(to.name)}`;
  return `ALTER TABLE ${draft.getTable(from)} RENAME CONSTRAINT ${quoteName(from.name)} TO ${quoteName(to.name)}`;
}

function isSame(a: CatalogObject, b: CatalogObject): boolean {
  if (a.kind !== b.kind || a.parent !== b.parent) return false;
  const parts = ({ kind, facts }: CatalogObject): string => {
    const { definition = '', ...others } = facts;
    return JSON.stringify([kind === 'index' ? splitIndex(definition) : definition, { ...others, comment: '' }]);
  };
  return parts(a) === parts(b);
}

/** A new value of an enum can be used only after its transaction: with others it needs one of its own. */
function splitPhases(steps: readonly Step[]): Step[] {
  const isValue = ({ sql }: Step): boolean => sql.includes(" ADD VALUE '") && sql.startsWith('ALTER TYPE ');
  const isPlain = (step: Step): boolean => isValue(step) || step.sql.startsWith('COMMENT ON ');
  return steps.every(isPlain) ? [...steps] : steps.map((step) => (isValue(step) ? { ...step, alone: true } : step));
}
