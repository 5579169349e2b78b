/** Stands in for the dashboard, where people enter competitors and experiments. */
import { Competitor, CompetitorCategory, Experiment, type CompetitorCategoryName, type PricePoint } from '@shared/db';
import type { DataSource } from 'typeorm';
import type { Columns } from '../expected/rows.js';

type Brand = Omit<Columns<Competitor>, 'categoryId' | 'isActive'> & { category: CompetitorCategoryName | null };

const brand = (
  name: string,
  category: CompetitorCategoryName | null,
  pricePoint: PricePoint | null,
  ...brandKeywords: string[]
): Brand => ({ name, category, pricePoint, primaryMechanism: category && `"${name}" 💊`, brandKeywords });

/** Sorted by name. */
export const BRANDS: readonly Brand[] = [
  brand('Broth', 'HOME_REMEDY', 'LOW', 'broth'),
  brand('Coffee', 'HOME_REMEDY', 'VARIES', 'coffee', 'espresso'),
  brand('Cold Shower', null, null, 'cold shower'),
  brand('The I.V. Doc', 'IV_THERAPY', 'VERY_HIGH', 'iv doc', 'i.v. doc'),
];

export async function enterBrands({ manager }: DataSource): Promise<void> {
  const categories = new Map((await manager.find(CompetitorCategory)).map((row) => [row.name, row]));
  await manager.save(
    BRANDS.map(({ category, ...columns }) =>
      manager.create(Competitor, { ...columns, category: category && (categories.get(category) ?? null) }),
    ),
  );
}

export const EXPERIMENT: Columns<Experiment> = {
  name: 'Warm "or" brief? 🧪',
  description: null,
  variantA: { tone: 'warm 🧡', steps: [1, 2, { deep: { deeper: [null, 'it\'s "so"'] } }] },
  variantB: {},
  metric: 'engagement_rate',
  trafficSplit: 0.25,
  status: 'RUNNING',
  startDate: new Date('2026-10-31T23:59:59.999Z'),
  endDate: null,
  resultsJson: null,
  winner: null,
};

/** Stores the experiment as a draft, then starts it. */
export async function startExperiment({ manager }: DataSource): Promise<void> {
  const { status, startDate, ...draft } = EXPERIMENT;
  const experiment = await manager.save(Object.assign(new Experiment(), draft));
  await manager.update(Experiment, { id: experiment.id, status: 'DRAFT' }, { status, startDate });
}

export async function completeExperiment({ manager }: DataSource, end: Pick<Experiment, 'endDate' | 'resultsJson'>) {
  const experiment = await manager.findOneByOrFail(Experiment, { name: EXPERIMENT.name });
  await manager.save(Object.assign(experiment, { status: 'COMPLETED', winner: 'B', ...end } as const));
}
