import type { DataSource } from 'typeorm';
import type { SourceTexts } from '../../generator/draft.js';

/** How the entities write their CHECKs and the conditions of their partial indexes, by key of the object in a snapshot. */
export function sourceTexts({ entityMetadatas }: DataSource): SourceTexts {
  return new Map(
    entityMetadatas.flatMap(({ tableName, checks, indices }) => [
      ...checks.map(({ name, expression }) => [`constraint ${tableName} ${name}`, `CHECK (${expression})`] as const),
      ...indices
        .filter(({ where }) => where !== undefined && where !== '')
        .map(({ name, where }) => [`index ${name}`, `(${where ?? ''})`] as const),
    ]),
  );
}
