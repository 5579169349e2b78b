import { type Difference, splitIndex } from '../catalog/diff.js';
import type { CatalogObject, Kind, Snapshot } from '../catalog/snapshot.js';
import { planColumn } from './columns.js';
import { planConstraint, planIndex } from './constraints.js';
import { type Change, Draft, quoteLocalName, quoteName, type SourceTexts, type Step } from './draft.js';
import { planEnum } from './enums.js';
import { dropTables, planTable } from './tables.js';
import { addTypeChanges, planTrigger } from './triggers.js';

/** Statements that change one catalog into another, and what their author must know. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Differences that the statements do not cover, one message each. */
  readonly problems: readonly string[];
  /** Statements that lose data, or may lose it. */
  readonly losses: readonly string[];
  /** Names of constraints and unique indexes that existing rows may violate. */
  readonly checked: readonly string[];
}

export interface PlanOptions {
  /** How the entities write definitions. Default: as PostgreSQL does. */
  readonly texts?: SourceTexts | undefined;
  /** Whether the statements are for `down`, which may remove values of enums. Default false. */
  readonly isDown?: boolean;
}

/**
 * Plans the statements that change the catalog `from` into the catalog `to`. They lose no data but that of dropped tables and columns, and
 * block writers only for moments, where PostgreSQL offers such a way.
 *
 * @param differences as `diff(to, from)` lists them, without differences in the order of columns
 */
export function planChanges(
  from: Snapshot,
  to: Snapshot,
  differences: readonly Difference[],
  { texts, isDown = false }: PlanOptions = {},
): Plan {
  const changes = collectChanges(from, to, differences);
  const retyped = changes.filter(({ facts, to }) => to?.kind === 'column' && facts.includes('type'));
  const draft = new Draft(
    from,
    to,
    retyped.flatMap((change) => change.to ?? []),
    texts,
  );
  const remaining = removeRenamed(changes, draft);
  dropTables(
    remaining.filter(isDroppedTable).flatMap((change) => change.from ?? []),
    draft,
  );
  for (const change of remaining.filter((change) => !isDroppedTable(change))) planChange(change, draft, isDown);
  addTypeChanges(draft);
  return {
    steps: splitPhases(draft.collectSteps()),
    problems: draft.problems,
    losses: draft.losses,
    checked: draft.checked,
  };
}

const PLANNERS: Partial<Record<Kind, (change: Change, draft: Draft, isDown: boolean) => void>> = {
  column: planColumn,
  constraint: planConstraint,
  enum: planEnum,
  index: planIndex,
  table: planTable,
  trigger: planTrigger,
};

function planChange(change: Change, draft: Draft, isDown: boolean): void {
  const plan = PLANNERS[(change.to ?? change.from)?.kind ?? 'object'];
  if (plan) plan(change, draft, isDown);
  else draft.problems.push(...change.messages);
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
    messages: list.map(({ message }) => message),
  }));
}

function isDroppedTable({ from, to }: Change): boolean {
  return from?.kind === 'table' && to === undefined;
}

/** Plans the renames of constraints and indexes that differ in nothing but their name. Returns the other changes. */
function removeRenamed(changes: readonly Change[], draft: Draft): Change[] {
  const others = new Set(changes);
  for (const gone of changes) {
    if (gone.from === undefined || gone.to !== undefined || !['constraint', 'index'].includes(gone.from.kind)) continue;
    const { from } = gone;
    const renamed = [...others].find(({ from: before, to }) => before === undefined && to && isSame(from, to));
    if (renamed?.to === undefined) continue;
    draft.add('renames', renameSql(from, renamed.to, draft));
    others.delete(gone);
    others.delete(renamed);
    if (from.facts.comment !== renamed.to.facts.comment) {
      others.add({ ...renamed, from, facts: ['comment'] });
    }
  }
  return [...others];
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

/** PostgreSQL allows the use of a new enum value only after its transaction, so beside other statements it gets one of its own. */
function splitPhases(steps: readonly Step[]): Step[] {
  const isValue = ({ sql }: Step): boolean => sql.includes(" ADD VALUE '") && sql.startsWith('ALTER TYPE ');
  const isPlain = (step: Step): boolean => isValue(step) || step.sql.startsWith('COMMENT ON ');
  return steps.every(isPlain) ? [...steps] : steps.map((step) => (isValue(step) ? { ...step, alone: true } : step));
}
