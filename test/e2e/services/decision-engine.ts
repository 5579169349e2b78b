/** Stands in for Antone's decision engine and reply generator. Pure functions: the same post always gets the same evaluation. */
import { createHash } from 'node:crypto';
import {
  COMPOSITE_THRESHOLDS,
  EVS_THRESHOLDS,
  POWER_USER_THRESHOLDS,
  containsProhibitedClaim,
  RANDOMIZED_SHARE,
  REPLY_LIMITS,
  REPLY_SIGNATURE,
  SSS_THRESHOLDS,
  TRS_THRESHOLDS,
  type ArchetypeName,
  type DEFAULT_WEIGHTS,
  type Decision,
  type OperationalMode,
  type Platform,
} from '@shared/db';
import type { Columns } from '../expected/rows.js';

export type Weights = Record<keyof typeof DEFAULT_WEIGHTS, number>;

const KEYWORDS: Readonly<Record<string, string>> = {
  hangover: 'direct_hangover',
  hungover: 'direct_hangover',
  headache: 'physical_symptoms_primary',
  nausea: 'physical_symptoms_primary',
  electrolytes: 'remedies',
  'never drinking again': 'meme_language',
};

const ENGAGING_MODES = ['HELPFUL', 'ENGAGEMENT', 'HYBRID'] as const;

const ARCHETYPES: Record<OperationalMode, ArchetypeName | null> = {
  HELPFUL: 'CHECKLIST',
  ENGAGEMENT: 'HUMOR_LIGHT',
  HYBRID: 'MYTHBUST',
  DISENGAGED: null,
};

/** Returns a number from 0 (included) to 1 (excluded), always the same for the same key and purpose. */
export function pseudoRandom(key: string, purpose: string): number {
  const digest = createHash('sha256').update(`${purpose} of ${key}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}

export function pick<Item>(list: readonly [Item, ...(readonly Item[])], key: string, purpose: string): Item {
  return list[Math.floor(pseudoRandom(key, purpose) * list.length)] ?? list[0];
}

/** Returns one of the boundary values for one key in ten, and a value between them for the others. */
function drawScore(key: string, signal: string, edges: readonly number[], scale = 1): number {
  return (
    edges[Math.floor(pseudoRandom(key, `${signal} edge`) * edges.length * 10)] ?? pseudoRandom(key, signal) * scale
  );
}

export function matchKeywords(content: string): { keywordMatches: string[]; keywordCategories: string[] } {
  const text = content.toLowerCase();
  const keywordMatches = Object.keys(KEYWORDS).filter((word) => text.includes(word));
  const keywordCategories = [...new Set(keywordMatches.map((word) => KEYWORDS[word] ?? ''))];
  return { keywordMatches, keywordCategories };
}

/** Returns whether a post is spam: from a large verified account, or of one character. */
export function isSpam(content: string, author: { isVerified: boolean; followerCount: number | null }): boolean {
  return (author.isVerified && (author.followerCount ?? 0) > 50_000) || Array.from(content).length === 1;
}

export function isPowerUser(author: { isVerified: boolean; followerCount: number }): boolean {
  return author.isVerified || author.followerCount >= POWER_USER_THRESHOLDS.followers;
}

export interface Evaluation {
  /** The columns of the decision. */
  columns: Pick<
    Columns<Decision>,
    | 'sssScore'
    | 'arsScore'
    | 'evsScore'
    | 'trsScore'
    | 'compositeScore'
    | 'mode'
    | 'safetyFlags'
    | 'signalsJson'
    | 'temporalContext'
    | 'isRandomizedExperiment'
    | 'predictedMode'
  >;
  archetype: ArchetypeName | null;
  /** Null: takes part in no experiment. A number below the traffic split: arm A; otherwise arm B. */
  experimentDraw: number | null;
  predictedOutcome: number;
}

export interface EvaluatedPost {
  /** Platform and id, which identify the post. */
  key: string;
  content: string;
  errorCount: number;
  relationshipScore: number;
  evaluatedAt: Date;
}

/**
 * Evaluates a post. Throws for two posts in a hundred at the first attempt, and returns a score above 1, which the column refuses, for one in a
 * hundred at every attempt.
 */
export function evaluatePost(post: EvaluatedPost, weights: Weights): Evaluation {
  const { key, errorCount, relationshipScore } = post;
  const failure = pseudoRandom(key, 'failure');
  if (failure < 0.02 && errorCount === 0) throw new Error('The language model did not answer in time ⏱');
  const invalidScore = failure > 0.99;
  const sssScore = invalidScore
    ? 1.5
    : drawScore(key, 'sss', [0, 1, SSS_THRESHOLDS.helpful, SSS_THRESHOLDS.contextual]);
  const evsScore = drawScore(key, 'evs', [0, 1, EVS_THRESHOLDS.viral, 20], 6);
  const trsScore = drawScore(key, 'trs', [0, 1, TRS_THRESHOLDS.disengage, 0.1 + 0.2]);
  const scores = { sss: sssScore, ars: relationshipScore, evs: Math.min(evsScore / EVS_THRESHOLDS.viral, 1) };
  const compositeScore = computeComposite({ ...scores, trs: trsScore }, weights);
  const safetyFlags = drawSafetyFlags(key);
  const predicted = safetyFlags.includes('DEATH_MENTION')
    ? 'DISENGAGED'
    : chooseMode(sssScore, trsScore, compositeScore);
  const randomized = safetyFlags.length === 0 && pseudoRandom(key, 'randomise') < RANDOMIZED_SHARE;
  const mode = randomized ? pick<OperationalMode>(ENGAGING_MODES, key, 'random mode') : predicted;
  return {
    columns: {
      ...{ sssScore, arsScore: relationshipScore, evsScore, trsScore, compositeScore, mode, safetyFlags },
      ...{ isRandomizedExperiment: randomized, predictedMode: randomized ? predicted : null },
      ...createContext(post, sssScore, evsScore, trsScore),
    },
    archetype: ARCHETYPES[mode],
    experimentDraw: mode !== 'DISENGAGED' && pseudoRandom(key, 'experiment') < 0.3 ? pseudoRandom(key, 'arm') : null,
    predictedOutcome: pseudoRandom(key, 'outcome') / 10,
  };
}

function computeComposite(scores: Weights, weights: Weights): number {
  const { sss, ars, evs, trs } = weights;
  return Math.min(scores.sss * sss + scores.ars * ars + scores.evs * evs + scores.trs * trs, 1);
}

function chooseMode(sss: number, trs: number, compositeScore: number): OperationalMode {
  if (trs < TRS_THRESHOLDS.disengage || compositeScore < COMPOSITE_THRESHOLDS.disengage) return 'DISENGAGED';
  if (sss >= SSS_THRESHOLDS.helpful) return 'HELPFUL';
  return sss >= SSS_THRESHOLDS.contextual ? 'HYBRID' : 'ENGAGEMENT';
}

function drawSafetyFlags(key: string): string[] {
  const flag = pseudoRandom(key, 'safety');
  if (flag < 0.04) return ['DEATH_MENTION', 'SUICIDE_SELF_HARM'];
  return flag > 0.98 ? ['OVERRIDE'] : [];
}

function createContext(
  { key, content, evaluatedAt, relationshipScore }: EvaluatedPost,
  sss: number,
  evs: number,
  trs: number,
): Pick<Columns<Decision>, 'signalsJson' | 'temporalContext'> {
  if (pseudoRandom(key, 'context') < 0.1) return { signalsJson: null, temporalContext: null };
  const quoted = `they wrote "${Array.from(content).slice(0, 40).join('')}" \\ 🥴 it's`;
  return {
    signalsJson: {
      sss: { score: sss, confidence: pseudoRandom(key, 'confidence'), reasons: [quoted, '‏עברית‏', "O'Brien\n\t"] },
      ars: { score: relationshipScore },
      evs: { score: evs, baseline: { perHour: 1e-7, window: [1, { days: 28, none: null }], big: 1e21 } },
      trs: { score: trs, reasons: [] },
      safety: { flags: { '': 'empty key', '👩🏽‍⚕️ "key"': [true, false, null, [], {}] } },
    },
    temporalContext: {
      phase: pick(['peak_suffering', 'prevention', 'holiday', 'normal'], key, 'phase'),
      monitoringMultiplier: 1 + pseudoRandom(key, 'multiplier') * 2,
      matchedRules: ['Sunday "morning" 🌅', `new year's\\eve`],
      timezone: 'America/New_York',
      evaluatedAt: evaluatedAt.toISOString(),
      isPriority: pseudoRandom(key, 'priority') < 0.5,
    },
  };
}

/** Writes the text of a reply; one in ten is as long as its platform allows. */
export function writeReply(platform: Platform, key: string, helpCount: number): string {
  const body = pick(
    [
      'Water, salt and a slow morning. You will get through this 💧',
      '"Coffee first" is a myth, sadly ☕ — a glass of water helps more\n\n• drink\n• eat\n• rest 🛌🏽',
      'صباح الخير 🌞 ماء وراحة، واليوم يتحسن',
      "Been there 👩🏽‍⚕️ it's over by the evening; 100 % \\ promise",
    ],
    key,
    'body',
  );
  const tail = ` (${helpCount} helped this month) ${REPLY_SIGNATURE}`;
  const longest = pseudoRandom(key, 'length') < 0.1;
  const text = (longest ? '🍋'.repeat(REPLY_LIMITS[platform] - Array.from(tail).length) : body) + tail;
  if (containsProhibitedClaim(text)) throw new Error('The text of the reply contains a prohibited claim.');
  return text;
}
