import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { RECORD_ENTITIES } from '../../entities/index.js';
import { createKit } from '../factories/factory.js';
import { makeFactoriesFrom } from '../factories/index.js';
import type { ReferenceIds, SampleContext } from './context.js';
import { sampleDecisions, sampleExperiments } from './decisions.js';
import { sampleKpis, sampleLearningEvents, sampleProbes, sampleSegments, sampleWeightLogs } from './learning.js';
import { sampleAudit, sampleEscalations } from './oversight.js';
import { rememberOutcomes, sampleAuthors, sampleChampions } from './people.js';
import { processedPosts, sampleCompetitors, sampleMentions, unprocessedPosts } from './posts.js';
import { sampleReplies } from './replies.js';

/** The rows of one table. */
export interface SampleTable {
  readonly entity: EntityTarget<ObjectLiteral>;
  readonly rows: readonly ObjectLiteral[];
}

/** Series 0 of the sample ids. */
const SEED = 0;

/** All sample rows, parents before children. The same rows on every day; only their dates follow `now`. */
export function sampleRows(now: Date, ids: ReferenceIds): readonly SampleTable[] {
  const kit = createKit({ now, seed: SEED });
  const rows = makeAll({ kit, make: makeFactoriesFrom(kit), now, ids });
  return RECORD_ENTITIES.map((entity) => ({ entity, rows: rows.filter((row) => row instanceof entity) }));
}

function makeAll(context: SampleContext): ObjectLiteral[] {
  const authors = sampleAuthors(context);
  const competitors = sampleCompetitors(context);
  const posts = processedPosts(context, authors, competitors);
  const experiments = sampleExperiments(context);
  const decisions = sampleDecisions(context, posts, experiments);
  const replies = sampleReplies(context, decisions);
  rememberOutcomes(replies);
  const escalations = sampleEscalations(context, decisions, replies);
  const logs = sampleWeightLogs(context);
  return [
    ...authors,
    ...competitors,
    ...posts.map(({ post }) => post),
    ...unprocessedPosts(context, authors),
    ...experiments.all,
    ...decisions,
    ...replies,
    ...sampleMentions(context, posts, replies),
    ...sampleChampions(context, authors),
    ...escalations,
    ...sampleKpis(context),
    ...logs,
    ...sampleLearningEvents(context),
    ...sampleProbes(context, decisions),
    ...sampleSegments(context),
    ...sampleAudit(context, replies, escalations, logs),
  ];
}
