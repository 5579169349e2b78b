import type { ArchetypeName } from '../../constants/reference-names.js';
import type { Archetype } from '../../entities/index.js';

/** The eight shapes of a reply. Source: product requirements, reply archetypes. */
export const ARCHETYPE_ROWS: Readonly<Record<ArchetypeName, Pick<Archetype, 'description'>>> = {
  CHECKLIST: { description: 'Two to four concrete steps without jargon, for people who ask what to do.' },
  MYTHBUST: { description: 'Corrects one misconception gently; required where a post spreads one.' },
  COACH: { description: 'Advice graded by the time someone has until they must function.' },
  STORYLET: { description: 'A relatable scene of 20 to 40 words with a tip; never against a competitor.' },
  HUMOR_LIGHT: { description: 'Kind humour without a pitch; never against a competitor.' },
  CREDIBILITY_ANCHOR: { description: 'A simple mechanism with its sources, for health professionals and sceptics.' },
  CONFIDENT_RECOMMENDER: { description: 'A first-person recommendation with a link.' },
  PROBLEM_SOLUTION_DIRECT: {
    description: 'States the problem and offers the solution; preferred beside a competitor.',
  },
};
