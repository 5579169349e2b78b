import { inTransaction } from '../connection/transaction.js';
import { DEFAULT_WEIGHTS, LEARNING, type DayOfWeek, type TimeOfDay } from '../constants/figures.js';
import type { SegmentType, WeightAction } from '../constants/lists.js';
import type { Platform } from '../entities/enums.js';
import { SegmentedWeight, WeightAdjustmentLog } from '../entities/index.js';
import type { PerSignal, SampleSizes, SignalWeights } from '../entities/json-shapes.js';
import { validateEntity } from '../validation/index.js';
import { assertActor, writeAudit } from './audit-trail.js';
import type { Plain } from './plain.js';
import { toNewRow } from './new-row.js';
import { type Page, type PageOptions, readPage } from './pages.js';
import { RepositoryFor, TableRepository } from './table-repository.js';

/** What the weights are wanted for. */
export interface WeightContext {
  platform: Platform;
  timeOfDay?: TimeOfDay;
  /** Looked up after `timeOfDay` when both are given. */
  dayOfWeek?: DayOfWeek;
}

/** Weights of the four signals, and where they come from. */
export interface ResolvedWeights extends PerSignal {
  /** Null: no row fits, so these are `DEFAULT_WEIGHTS`. */
  readonly segmentType: SegmentType | null;
  readonly segmentKey: string | null;
  readonly sampleSize: number;
}

/** New weights of a segment. */
export interface WeightAdjustment {
  segmentType: SegmentType;
  /** One of `SEGMENT_KEYS`: TWITTER_MORNING. */
  segmentKey: string;
  /** Each 0..1; together 1 within `WEIGHT_SUM_TOLERANCE`. */
  weights: PerSignal;
  /** Decisions behind the weights. */
  sampleSize: number;
  /** Value of the metric in the segment. */
  performance?: number | null;
  /** Relative: 0.15 means 15 % better. */
  predictedImprovement?: number | null;
  /** Upper snake case. Default SUCCESSFUL. */
  reason?: string;
  sampleSizes?: Plain<SampleSizes> | null;
  validSegments?: number | null;
  totalSegments?: number | null;
}

/** A run of the learning cycle that changed nothing. */
export type SkippedAdjustment = Pick<WeightAdjustment, 'sampleSizes' | 'totalSegments' | 'validSegments'> & {
  /** Upper snake case: INSUFFICIENT_SAMPLE_SIZE. */
  reason: string;
};

/** One run of the learning cycle. */
export interface WeightHistoryEntry {
  readonly id: string;
  readonly date: Date;
  readonly action: WeightAction;
  readonly reason: string | null;
  readonly validSegments: number | null;
  readonly totalSegments: number | null;
  readonly sampleSizes: Plain<SampleSizes> | null;
  readonly oldWeights: Plain<SignalWeights> | null;
  readonly newWeights: Plain<SignalWeights> | null;
  readonly predictedImprovement: number | null;
}

const SIGNALS = ['sss', 'ars', 'evs', 'trs'] as const;

/** SQL of the weights of a row as a JSON object, with the segment. */
const AS_JSON = (row: string): string =>
  `jsonb_build_object(${SIGNALS.map((signal) => `'${signal}', ${row}.${signal}_weight`).join(', ')}, 'segment', ${row}.segment_key)`;

const ADJUST = `WITH before AS MATERIALIZED (
    SELECT * FROM segmented_weights WHERE segment_type = $2 AND segment_key = $3 FOR NO KEY UPDATE
  ), adjusted AS (
    UPDATE segmented_weights w SET sss_weight = $4::float8, ars_weight = $5::float8, evs_weight = $6::float8, trs_weight = $7::float8,
      sample_size = $8::int, performance = $9::float8, updated_at = now()
    FROM before b WHERE w.id = b.id
    RETURNING w.id, ${AS_JSON('b')} AS old_weights, ${AS_JSON('w')} AS new_weights
  ), logged AS (
    INSERT INTO weight_adjustment_logs (action, reason, old_weights, new_weights, predicted_improvement, sample_sizes, valid_segments,
      total_segments)
    SELECT 'ADJUSTED', $10::text, old_weights, new_weights, $11::float8, $12::jsonb, $13::int, $14::int FROM adjusted
  ), ${writeAudit({
    source: 'adjusted',
    entityType: 'segmented_weight',
    action: 'adjust',
    actor: '$1',
    details: `jsonb_build_object('before', changed.old_weights, 'after', changed.new_weights)`,
  })}
  SELECT id FROM adjusted`;

/** The weights of the four signals for each segment, and the history of their changes. */
@RepositoryFor(SegmentedWeight)
export class SegmentedWeightRepository extends TableRepository<SegmentedWeight> {
  /**
   * Returns the weights for a decision, in one statement: those of platform and part of the day or week (COMBINED), else of the PLATFORM,
   * else the GLOBAL ones, else `DEFAULT_WEIGHTS`. Segments with too few decisions are passed over, except GLOBAL. Uses
   * uq_segmented_weights__segment_type_segment_key.
   *
   * @param options `minSampleSize`: default `LEARNING.trustedSampleSize`
   */
  async resolve(
    { platform, timeOfDay, dayOfWeek }: WeightContext,
    { minSampleSize = LEARNING.trustedSampleSize }: { minSampleSize?: number } = {},
  ): Promise<ResolvedWeights> {
    const parts = [timeOfDay, dayOfWeek].filter((part) => part !== undefined);
    const combined = parts.map((part) => ['COMBINED', `${platform}_${part}`] as const);
    const candidates = [...combined, ['PLATFORM', platform], ['GLOBAL', 'GLOBAL']] as const;
    const [found] = await this.send<ResolvedWeights>(
      'resolve',
      `SELECT w.segment_type AS "segmentType", w.segment_key AS "segmentKey", w.sample_size AS "sampleSize",
         ${SIGNALS.map((signal) => `w.${signal}_weight AS ${signal}`).join(', ')}
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS c (segment_type, segment_key, place)
       JOIN segmented_weights w ON w.segment_type = c.segment_type AND w.segment_key = c.segment_key
       WHERE w.sample_size >= $3 OR w.segment_type = 'GLOBAL' ORDER BY c.place LIMIT 1`,
      [candidates.map(([type]) => type), candidates.map(([, key]) => key), minSampleSize],
    );
    return found ?? { ...DEFAULT_WEIGHTS, segmentType: null, segmentKey: null, sampleSize: 0 };
  }

  /**
   * Sets all four weights of a segment, and writes the log of the learning cycle and the audit row in the same statement. A new segment
   * begins with `DEFAULT_WEIGHTS`, which its first log row names as the old weights.
   *
   * Parallel calls for one segment wait for each other: the old weights of one log row are the new ones of the row before.
   *
   * @throws EntityValidationError, also when the weights do not add up to 1
   */
  async set(adjustment: WeightAdjustment, actor: string): Promise<void> {
    assertActor(actor);
    const { segmentType, segmentKey, weights, sampleSize, performance = null } = adjustment;
    const { reason = 'SUCCESSFUL', predictedImprovement = null, sampleSizes = null } = adjustment;
    const { validSegments = null, totalSegments = null } = adjustment;
    const { sss, ars, evs, trs } = weights;
    validateEntity(
      SegmentedWeight,
      {
        ...{ segmentType, segmentKey, sampleSize, performance },
        ...{ sssWeight: sss, arsWeight: ars, evsWeight: evs, trsWeight: trs },
      },
      { write: 'insert' },
    );
    const logged = { action: 'ADJUSTED', reason, predictedImprovement, sampleSizes, validSegments, totalSegments };
    const signalWeights = { sss, ars, evs, trs, segment: segmentKey };
    validateEntity(
      WeightAdjustmentLog,
      { ...logged, oldWeights: signalWeights, newWeights: signalWeights },
      { write: 'insert' },
    );
    const parameters = [
      ...[actor, segmentType, segmentKey, sss, ars, evs, trs, sampleSize, performance, reason, predictedImprovement],
      ...[sampleSizes === null ? null : JSON.stringify(sampleSizes), validSegments, totalSegments],
    ];
    const rows = await this.send<{ id: string }>('set', ADJUST, parameters);
    if (rows.length > 0) return;
    await inTransaction(this.manager, async (manager) => {
      const segments = SegmentedWeightRepository.of(manager);
      await segments.send(
        'addSegment',
        `INSERT INTO segmented_weights (segment_type, segment_key) VALUES ($1, $2) ON CONFLICT (segment_type, segment_key) DO NOTHING`,
        [segmentType, segmentKey],
      );
      await segments.sendForOne('set', ADJUST, parameters);
    });
  }

  /** Logs a run of the learning cycle that changed nothing. @throws EntityValidationError */
  async recordSkipped(skipped: SkippedAdjustment): Promise<void> {
    const metadata = this.manager.dataSource.getMetadata(WeightAdjustmentLog);
    const { columns, placeholders, values } = toNewRow(metadata, { ...skipped, action: 'SKIPPED' });
    await this.send(
      'recordSkipped',
      `INSERT INTO weight_adjustment_logs (${columns}) VALUES (${placeholders})`,
      values,
    );
  }

  /** Lists the runs of the learning cycle, newest first. Uses ix_weight_adjustment_logs__date. */
  async listHistory(options?: PageOptions): Promise<Page<WeightHistoryEntry>> {
    return readPage<WeightHistoryEntry>(
      (...statement) => this.send(...statement),
      {
        method: 'listHistory',
        select: `SELECT id, date, action, reason, valid_segments AS "validSegments", total_segments AS "totalSegments",
          sample_sizes AS "sampleSizes", old_weights AS "oldWeights", new_weights AS "newWeights",
          predicted_improvement AS "predictedImprovement" FROM weight_adjustment_logs`,
        where: [],
        parameters: [],
        order: [
          { sql: 'date', key: 'date', type: 'timestamptz', descending: true },
          { sql: 'id', key: 'id', type: 'uuid', descending: true },
        ],
      },
      options,
    );
  }
}
