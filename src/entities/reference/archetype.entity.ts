import type { Relation } from 'typeorm';
import { CreatedAt, Flag, HasMany, Id, Table, Text, UniqueKey, UpdatedAt, UPPER_SNAKE } from '../../columns/index.js';
import { Decision } from '../core/decision.entity.js';
import { Reply } from '../core/reply.entity.js';

/**
 * One row per style in which a reply can be written. Seeded, then edited from the dashboard. Kept for ever; a retired
 * archetype has `is_active` = false.
 */
@Table('archetypes')
@UniqueKey(['name'])
export class Archetype {
  @Id() id!: string;

  /** Unique name that code looks up, in upper snake case, e.g. HUMOR_LIGHT. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** What the style is for, in one sentence. */
  @Text({ max: 500 }) description!: string;

  /** True while new replies may use the archetype. False: retired, but old replies and decisions still refer to it. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Decision, (decision) => decision.archetype) decisions!: Relation<Decision>[];
  @HasMany(() => Reply, (reply) => reply.archetype) replies!: Relation<Reply>[];
}
