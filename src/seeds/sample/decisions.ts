import type { ArchetypeName } from '../../constants/lists.js';
import type { OperationalMode } from '../../entities/enums.js';
import type { Decision, Experiment } from '../../entities/index.js';
import { daysBefore, minutesAfter, pick } from '../factories/factory.js';
import { cycle, type SampleContext } from './context.js';
import type { SamplePost } from './posts.js';

/** One experiment in every status; of the completed ones, one with and one without a winner. */
export interface SampleExperiments {
  readonly running: Experiment;
  readonly completed: Experiment;
  readonly all: readonly Experiment[];
}

export function sampleExperiments({ make, now }: SampleContext): SampleExperiments {
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

/** More than half stay away, as the requirements expect. Each tenth decision gets a random mode instead. */
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

/** Why the agent stayed away. The first is the one to debug: much need of help, and no reply. */
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

/** One decision per post, and a second look at the first few: two rows, since a decision never changes. */
export function sampleDecisions(context: SampleContext, posts: readonly SamplePost[], experiments: SampleExperiments) {
  const first = posts.map((sample, place) => firstDecision(context, sample, place, experiments));
  const second = posts.slice(0, 3).map(({ post }) => {
    const createdAt = minutesAfter(post.processedAt ?? post.detectedAt, 20);
    return context.make.decision({ post, mode: 'DISENGAGED', createdAt });
  });
  return [...first, ...second];
}

function firstDecision(
  context: SampleContext,
  { post, mention }: SamplePost,
  place: number,
  experiments: SampleExperiments,
): Decision {
  const { make } = context;
  const turn = Math.floor(place / RANDOMIZED_EVERY);
  const isRandomized = place % RANDOMIZED_EVERY === RANDOMIZED_EVERY - 1;
  const drawn = isRandomized ? cycle(RANDOM_MODES, turn) : cycle(MODES, place % RANDOMIZED_EVERY);
  // Beside a competitor mere company is not enough.
  const mode = mention && drawn === 'ENGAGEMENT' ? 'HYBRID' : drawn;
  const shared = { post, mode, competitorDetected: mention?.competitor.name ?? null };
  if (mode === 'DISENGAGED') return make.decision({ ...shared, ...cycle(SAFETY_CASES, place) });
  const probe = isRandomized ? { isRandomizedExperiment: true, predictedMode: cycle(MODES, turn + 1) } : {};
  return make.decision({
    ...shared,
    ...probe,
    ...experimentAt(post.detectedAt, experiments),
    archetypeId: context.ids.archetype[pick(context.kit, ARCHETYPES_OF_MODE[mode])],
    // A firm stance on purpose, which the self-correction must not take back by itself.
    safetyFlags: place === 1 ? ['OVERRIDE'] : [],
  });
}

/** The experiment that ran when the post was seen; the factory draws the arm. */
function experimentAt(seenAt: Date, { running, completed }: SampleExperiments): Partial<Decision> {
  const experiment = [running, completed].find((candidate) => ranAt(candidate, seenAt));
  return experiment ? { experiment } : {};
}

function ranAt({ startDate, endDate }: Experiment, moment: Date): boolean {
  return startDate !== null && startDate <= moment && (endDate === null || moment < endDate);
}
