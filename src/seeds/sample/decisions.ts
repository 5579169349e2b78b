import type { ArchetypeName } from '../../constants/lists.js';
import type { OperationalMode } from '../../entities/enums.js';
import type { Decision, Experiment } from '../../entities/index.js';
import { daysBefore, minutesAfter, pick } from '../factories/factory.js';
import { cycle, type SampleContext } from './context.js';
import type { SamplePost } from './posts.js';

/** Experiments with every status. Of the two completed ones, one has a winner. */
export interface SampleExperiments {
  readonly running: Experiment;
  readonly completed: Experiment;
  readonly all: readonly Experiment[];
}

export function createSampleExperiments({ make, now }: SampleContext): SampleExperiments {
  const draft = make.experiment({ name: 'Emoji in the last sentence', createdAt: daysBefore(now, 2) });
  const running = make.experiment({
    name: 'Question or statement first',
    status: 'RUNNING',
    startDate: daysBefore(now, 7),
  });
  const completed = make.experiment({
    name: 'Tip before sympathy',
    status: 'COMPLETED',
    startDate: daysBefore(now, 30),
    endDate: daysBefore(now, 8),
    winner: 'B',
  });
  const undecided = make.experiment({
    name: 'Two tips or three',
    status: 'COMPLETED',
    startDate: daysBefore(now, 60),
    endDate: daysBefore(now, 46),
  });
  const cancelled = make.experiment({
    name: 'Replies at night',
    status: 'CANCELLED',
    startDate: daysBefore(now, 20),
    endDate: daysBefore(now, 18),
  });
  return { running, completed, all: [draft, running, completed, undecided, cancelled] };
}

/** The modes in turn: more than half are DISENGAGED, as the requirements expect. Every tenth decision gets one of RANDOM_MODES instead. */
const MODES: readonly OperationalMode[] = [
  'DISENGAGED',
  'HELPFUL',
  'DISENGAGED',
  'HYBRID',
  'DISENGAGED',
  'DISENGAGED',
  'ENGAGEMENT',
  'HELPFUL',
  'DISENGAGED',
];
const RANDOMIZED_EVERY = 10;
const RANDOM_MODES: readonly OperationalMode[] = ['HYBRID', 'HELPFUL', 'ENGAGEMENT'];

const ARCHETYPES_OF_MODE: Readonly<Record<Exclude<OperationalMode, 'DISENGAGED'>, readonly ArchetypeName[]>> = {
  HELPFUL: ['CHECKLIST', 'COACH', 'CREDIBILITY_ANCHOR', 'CONFIDENT_RECOMMENDER', 'PROBLEM_SOLUTION_DIRECT'],
  HYBRID: ['MYTHBUST', 'STORYLET', 'COACH', 'CHECKLIST'],
  ENGAGEMENT: ['HUMOR_LIGHT', 'STORYLET'],
};

/** Reasons for DISENGAGED. The first case is for debugging: a high score for help, but no reply. */
const SAFETY_CASES: readonly Partial<Decision>[] = [
  { safetyFlags: ['SUICIDE_SELF_HARM'], sssScore: 0.94 },
  {},
  { safetyFlags: ['LOW_TOPIC_RELEVANCE'], trsScore: 0.31 },
  {},
  { safetyFlags: ['DEATH_MENTION'] },
  {},
  { safetyFlags: ['SAFETY_FALLBACK'], sssScore: 0.5 },
  {},
];

/** Creates one decision for each post, and a second one for the first three posts, because a decision never changes. */
export function createSampleDecisions(
  context: SampleContext,
  posts: readonly SamplePost[],
  experiments: SampleExperiments,
) {
  const first = posts.map((sample, place) => createFirstDecision(context, sample, place, experiments));
  const second = posts.slice(0, 3).map(({ post }) => {
    const createdAt = minutesAfter(post.processedAt ?? post.detectedAt, 20);
    return context.make.decision({ post, mode: 'DISENGAGED', createdAt });
  });
  return [...first, ...second];
}

function createFirstDecision(
  context: SampleContext,
  { post, mention }: SamplePost,
  place: number,
  experiments: SampleExperiments,
): Decision {
  const { make } = context;
  const turn = Math.floor(place / RANDOMIZED_EVERY);
  const isRandomized = place % RANDOMIZED_EVERY === RANDOMIZED_EVERY - 1;
  const drawn = isRandomized ? cycle(RANDOM_MODES, turn) : cycle(MODES, place % RANDOMIZED_EVERY);
  // A post about a competitor does not get ENGAGEMENT.
  const mode = mention && drawn === 'ENGAGEMENT' ? 'HYBRID' : drawn;
  const shared = { post, mode, competitorDetected: mention?.competitor.name ?? null };
  if (mode === 'DISENGAGED') return make.decision({ ...shared, ...cycle(SAFETY_CASES, place) });
  const probe = isRandomized ? { isRandomizedExperiment: true, predictedMode: cycle(MODES, turn + 1) } : {};
  return make.decision({
    ...shared,
    ...probe,
    ...findExperimentAt(post.detectedAt, experiments),
    archetypeId: context.ids.archetype[pick(context.kit, ARCHETYPES_OF_MODE[mode])],
    // OVERRIDE: the self-correction must not delete the reply.
    safetyFlags: place === 1 ? ['OVERRIDE'] : [],
  });
}

/** Returns the experiment that ran when the post was detected. The factory chooses the variant. */
function findExperimentAt(seenAt: Date, { running, completed }: SampleExperiments): Partial<Decision> {
  const experiment = [running, completed].find((candidate) => wasRunningAt(candidate, seenAt));
  return experiment ? { experiment } : {};
}

function wasRunningAt({ startDate, endDate }: Experiment, moment: Date): boolean {
  return startDate !== null && startDate <= moment && (endDate === null || moment < endDate);
}
