import type { Relation } from 'typeorm';
import { CreatedAt, Flag, HasMany, Id, Table, Text, UniqueKey, UpdatedAt, UPPER_SNAKE } from '../../columns/index.js';
import { Decision } from '../core/decision.entity.js';
import { Reply } from '../core/reply.entity.js';

/** In what shapes can a reply be written? Edited from the dashboard, so that a new shape needs no migration. */
@Table('archetypes')
@UniqueKey(['name'])
export class Archetype {
  @Id() id!: string;

  /** The name code refers to, like HUMOR_LIGHT. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** What the shape is for, in a sentence. */
  @Text({ max: 500 }) description!: string;

  /** Offered for new replies. Retired rows stay, since old replies refer to them. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Decision, (decision) => decision.archetype) decisions!: Relation<Decision>[];
  @HasMany(() => Reply, (reply) => reply.archetype) replies!: Relation<Reply>[];
}
