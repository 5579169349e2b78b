import type { Experiment } from '../../entities/index.js';
import { daysBefore } from '../factories/kit.js';
import type { SampleContext } from './context.js';

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
