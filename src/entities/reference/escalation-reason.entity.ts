import type { Relation } from 'typeorm';
import {
  CreatedAt,
  EnumColumn,
  Flag,
  HasMany,
  Id,
  Table,
  Text,
  UniqueKey,
  UpdatedAt,
  UPPER_SNAKE,
} from '../../columns/index.js';
import { EscalationPriority } from '../enums.js';
import { Escalation } from '../oversight/escalation.entity.js';

/** Why does a person have to look? */
@Table('escalation_reasons')
@UniqueKey(['name'])
export class EscalationReason {
  @Id() id!: string;

  /** The name code refers to, like MODERATOR_WARNING. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** When it applies, in a sentence. */
  @Text({ max: 500 }) description!: string;

  /** Priority a new escalation gets unless its opener says otherwise. */
  @EnumColumn(EscalationPriority, { default: 'MEDIUM' }) severity!: EscalationPriority;

  /** Offered for new escalations. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Escalation, (escalation) => escalation.reason) escalations!: Relation<Escalation>[];
}
