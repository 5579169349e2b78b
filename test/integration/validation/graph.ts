import type { DataSource } from 'typeorm';
import { Author, Decision, KpiType, Post } from '../../../src/entities/index.js';
import { rowOf, type Row } from '../../support/rows.js';

/** Ids of stored parents, for rows that need some. */
export interface Parents {
  authorId: string;
  postId: string;
  decisionId: string;
  metricTypeId: string;
}

let count = 0;

/** A text that no other row has. */
export function unique(): string {
  count += 1;
  return `u${count}`;
}

/** Stores an author, a post of theirs, a decision about it, and a KPI family. */
export async function storeParents({ manager }: DataSource): Promise<Parents> {
  const store = async (entity: new () => object, changes: Row): Promise<string> => {
    const { identifiers } = await manager.insert(entity, rowOf(entity, changes));
    return (identifiers[0] as { id: string }).id;
  };
  const authorId = await store(Author, { platformId: unique() });
  const postId = await store(Post, { authorId, platformPostId: unique() });
  const decisionId = await store(Decision, { postId });
  const metricTypeId = await store(KpiType, { name: `TYPE_${unique().toUpperCase()}` });
  return { authorId, postId, decisionId, metricTypeId };
}
