/** Invented texts of invented people. They contain no names of products or real persons, and no real quotations. */

/** At most five letters, so that a handle has at most 15 characters, the limit of X. */
export const ANIMALS = [
  'otter',
  'finch',
  'heron',
  'lemur',
  'bison',
  'koala',
  'gecko',
  'moose',
  'panda',
  'quail',
] as const;

export const MOODS = ['Sleepy', 'Cheerful', 'Grumpy', 'Curious', 'Quiet', 'Restless', 'Hungry', 'Patient'] as const;

/** A complaint, the term in it that matches, and the taxonomy's category of the term. */
export const COMPLAINTS = [
  { text: 'this hangover is not going anywhere', keyword: 'hangover', category: 'direct_hangover' },
  { text: 'so hungover that the fridge light hurts', keyword: 'hungover', category: 'direct_hangover' },
  { text: 'my head is pounding since sunrise', keyword: 'head is pounding', category: 'physical_symptoms_primary' },
  { text: 'nausea comes in waves and coffee made it worse', keyword: 'nausea', category: 'physical_symptoms_primary' },
  {
    text: 'I am never drinking again, third time this month',
    keyword: 'never drinking again',
    category: 'meme_language',
  },
  { text: 'woke up with a desert where my mouth was', keyword: 'woke up with', category: 'physical_symptoms_primary' },
] as const;

export const OPENINGS = [
  'Ok so',
  'Honestly,',
  'Good morning to nobody,',
  'Update from the sofa:',
  'Friends,',
  'Ugh,',
] as const;

export const QUESTIONS = [
  'What do you all do on days like this?',
  'Anyone got something that actually helps?',
  'I have a meeting in two hours, send ideas.',
  'Just needed to say it out loud.',
  'Does water even do anything?',
  '',
] as const;

export const SYMPATHIES = [
  'That sounds like a rough morning.',
  'Oh no, the fridge light is the worst.',
  'Been there more often than I would like.',
  'Two hours is short, but doable.',
] as const;

export const TIPS = [
  'Start with water and something salty, then rest your eyes for twenty minutes.',
  'Small sips, dry toast, and a slow walk once your stomach agrees.',
  'Skip the second coffee: water first, then breakfast, then daylight.',
  'Electrolytes before noon and an early night make tomorrow easier.',
] as const;

/** Values of the variants of an experiment. */
export const TONES = ['warm', 'matter_of_fact', 'playful', 'brief'] as const;

export const PERSONAS = ['healthcare_pro', 'quantified_selfer', 'comedian', 'parent', 'student', 'night_owl'] as const;
