import { PrimaryGeneratedColumn } from 'typeorm';
import type { ColumnRule } from './registry.js';
import { defineWord } from './word.js';

/** A uuid in the form PostgreSQL prints; it reads other forms too (braces, capitals) but would not give them back equal. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const uuidRule: ColumnRule = {
  kind: 'uuid',
  sentence: 'must be a uuid in lower case',
  holds: (value) => typeof value === 'string' && UUID.test(value),
};

/** The surrogate key: made by the database unless given. */
export function Id(): PropertyDecorator {
  return defineWord({ generated: 'uuid', comment: 'Surrogate key.' }, [uuidRule], ({ comment }) =>
    PrimaryGeneratedColumn('uuid', { comment: comment ?? '' }),
  );
}
