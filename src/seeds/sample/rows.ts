import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { RECORD_ENTITIES } from '../../entities/index.js';
import { createKit } from '../factories/factory.js';
import { makeFactoriesFrom } from '../factories/index.js';
import type { ReferenceIds, SampleContext } from './context.js';
import { createSampleDecisions, createSampleExperiments } from './decisions.js';
import {
  createSampleKpis,
  createSampleLearningEvents,
  createSampleProbes,
  createSampleSegments,
  createSampleWeightLogs,
} from './learning.js';
import { createSampleAudit, createSampleEscalations } from './oversight.js';
import { applyOutcomes, createSampleAuthors, createSampleChampions } from './people.js';
import {
  createProcessedPosts,
  createSampleCompetitors,
  createSampleMentions,
  createUnprocessedPosts,
} from './posts.js';
import { createSampleReplies } from './replies.js';

/** The rows of one table. */
export interface SampleTable {
  readonly entity: EntityTarget<ObjectLiteral>;
  readonly rows: readonly ObjectLiteral[];
}

/** Series 0 of the sample ids. */
const SAMPLE_SEED = 0;

/** Creates all sample rows, parents before children. Only their dates depend on `now`. */
export function createSampleRows(now: Date, ids: ReferenceIds): readonly SampleTable[] {
  const kit = createKit({ now, seed: SAMPLE_SEED });
  const rows = createAllRows({ kit, make: makeFactoriesFrom(kit), now, ids });
  return RECORD_ENTITIES.map((entity) => ({ entity, rows: rows.filter((row) => row instanceof entity) }));
}

function createAllRows(context: SampleContext): ObjectLiteral[] {
  const authors = createSampleAuthors(context);
  const competitors = createSampleCompetitors(context);
  const posts = createProcessedPosts(context, authors, competitors);
  const experiments = createSampleExperiments(context);
  const decisions = createSampleDecisions(context, posts, experiments);
  const replies = createSampleReplies(context, decisions);
  applyOutcomes(replies);
  const escalations = createSampleEscalations(context, decisions, replies);
  const logs = createSampleWeightLogs(context);
  return [
    ...authors,
    ...competitors,
    ...posts.map(({ post }) => post),
    ...createUnprocessedPosts(context, authors),
    ...experiments.all,
    ...decisions,
    ...replies,
    ...createSampleMentions(context, posts, replies),
    ...createSampleChampions(context, authors),
    ...escalations,
    ...createSampleKpis(context),
    ...logs,
    ...createSampleLearningEvents(context),
    ...createSampleProbes(context, decisions),
    ...createSampleSegments(context),
    ...createSampleAudit(context, replies, escalations, logs),
  ];
}
