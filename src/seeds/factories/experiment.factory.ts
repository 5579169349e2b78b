import { Experiment } from '../../entities/index.js';
import type { Factory } from './factory.js';
import { between, daysBefore, pick, whole, type Kit } from './kit.js';
import { TONES } from './phrases.js';

/** A draft, unless told its status; dates and results fit it. */
export const experimentFactory: Factory<Experiment> = {
  entity: Experiment,
  parents: [],
  values(kit, given, row) {
    const { winner = null } = given;
    const status = given.status ?? (winner === null ? 'DRAFT' : 'COMPLETED');
    const endDate = given.endDate ?? (status === 'COMPLETED' ? daysBefore(kit.now, whole(kit, 1, 10)) : null);
    const wasStarted = status === 'RUNNING' || status === 'COMPLETED' || endDate !== null;
    const startDate = given.startDate ?? (wasStarted ? daysBefore(endDate ?? kit.now, whole(kit, 7, 14)) : null);
    const createdAt = given.createdAt ?? daysBefore(startDate ?? kit.now, 1);
    return {
      name: `Tone of the first sentence, round ${row}`,
      description: 'Does the tone of the first sentence change how often people click?',
      variantA: { tone: pick(kit, TONES) },
      variantB: { tone: pick(kit, TONES), emoji: true },
      metric: pick(kit, ['ctr', 'conversion', 'sentiment', 'engagement_rate']),
      trafficSplit: 0.5,
      status,
      startDate,
      endDate,
      resultsJson: status === 'COMPLETED' ? results(kit) : null,
      winner,
      createdAt,
      updatedAt: endDate ?? startDate ?? createdAt,
    };
  },
};

function results(kit: Kit): Record<string, unknown> {
  const arm = () => ({ samples: whole(kit, 50, 240), mean: between(kit, 0.01, 0.05) });
  return { a: arm(), b: arm(), pValue: between(kit, 0.001, 0.2), effectSize: between(kit, -0.3, 0.3) };
}
