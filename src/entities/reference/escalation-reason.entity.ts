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

/**
 * One row per reason for which a person must review something. Seeded, then edited from the dashboard. Kept for ever; a
 * retired reason has `is_active` = false.
 */
@Table('escalation_reasons')
@UniqueKey(['name'])
export class EscalationReason {
  @Id() id!: string;

  /** Unique name that code looks up, in upper snake case, e.g. MODERATOR_WARNING. */
  @Text({ max: 50, format: UPPER_SNAKE }) name!: string;

  /** When the reason applies, in one sentence. */
  @Text({ max: 500 }) description!: string;

  /** Priority of a new escalation with this reason, unless the service that opens it sets another. */
  @EnumColumn(EscalationPriority, { default: 'MEDIUM' }) severity!: EscalationPriority;

  /** True while new escalations may use the reason. */
  @Flag({ default: true }) isActive!: boolean;

  @CreatedAt() createdAt!: Date;
  @UpdatedAt() updatedAt!: Date;

  @HasMany(() => Escalation, (escalation) => escalation.reason) escalations!: Relation<Escalation>[];
}
