import type { Snapshot } from '../schema/snapshot.js';
import { partsOf } from './tables.js';
import { bare, localName } from './names.js';

/**
 * Why a change of catalog cannot be taken back exactly; undefined when it can. A column that was dropped comes back empty and as
 * the last of its table: that is the column it was only if it was the last, and may be empty or has a default.
 */
export function irreversibleReason(from: Snapshot, to: Snapshot): string | undefined {
  const lost = Object.entries(from.objects)
    .filter(([key, { kind }]) => kind === 'table' && key in to.objects)
    .flatMap(([key, table]) => {
      const columns = partsOf(table, from).filter(({ kind }) => kind === 'column');
      const stays = columns.map(({ name }) =>
        partsOf(to.objects[key] ?? table, to).some((part) => part.kind === 'column' && part.name === name),
      );
      const lastKept = stays.lastIndexOf(true);
      return columns
        .filter(
          (column, place) =>
            !stays[place] &&
            (place < lastKept || (column.facts.null !== undefined && column.facts.default === undefined)),
        )
        .map(({ name }) => `${bare(localName(table.name))}.${bare(name)}`);
    });
  if (lost.length === 0) return undefined;
  return `the values of ${lost.join(', ')} are gone, and PostgreSQL cannot put the column back in its place: restore a backup, or add it in a new migration.`;
}
