/** What a seeding did, one entry per table in the order of writing. */
export type SeedSummary = readonly SeededTable[];

export interface SeededTable {
  readonly table: string;
  /** Rows written just now; 0 when everything was there already. */
  readonly inserted: number;
  /** Rows the table holds now, seeded or not. */
  readonly total: number;
}
