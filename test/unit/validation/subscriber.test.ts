import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { InsertEvent, UpdateEvent } from 'typeorm';
import { Decision } from '../../../src/entities/index.js';
import { EntityValidationError, EntityValidationSubscriber } from '../../../src/validation/index.js';

const subscriber = new EntityValidationSubscriber();
const stored = { isRandomizedExperiment: false, predictedMode: null, mode: 'HELPFUL', experimentId: null };

class Foreign {}

/** What TypeORM hands over, as far as the subscriber reads it. */
function update(event: object): () => void {
  return () => {
    const columns = { updatedColumns: [], updatedRelations: [] };
    subscriber.beforeUpdate({
      metadata: { target: Decision },
      ...columns,
      ...event,
    } as unknown as UpdateEvent<unknown>);
  };
}

function insert(entity: unknown, target: unknown = Decision): () => void {
  return () => {
    subscriber.beforeInsert({ metadata: { target }, entity } as unknown as InsertEvent<unknown>);
  };
}

describe('EntityValidationSubscriber', () => {
  it('validates inserts of the entities of the package', () => {
    expect(insert({ sssScore: 2 })).toThrow(EntityValidationError);
  });

  it('validates the values that an update sets', () => {
    expect(update({ entity: { sssScore: 2 } })).toThrow(EntityValidationError);
    expect(update({ entity: { sssScore: 1 } })).not.toThrow();
  });

  it('validates the changes of a save together with the stored row', () => {
    const entity = { ...stored, isRandomizedExperiment: true };
    const changed = (propertyName: string) =>
      update({ entity, databaseEntity: stored, updatedColumns: [{ propertyName }] });
    expect(changed('isRandomizedExperiment')).toThrow('a randomised decision has a predicted mode');
    expect(changed('sssScore')).not.toThrow();
    expect(update({ entity, databaseEntity: stored })).not.toThrow();
  });

  it('treats a changed relation as a changed foreign key', () => {
    const entity = { ...stored, experiment: { id: 'no uuid' } };
    const event = { entity, databaseEntity: stored, updatedRelations: [{ propertyName: 'experiment' }] };
    expect(update(event)).toThrow(/experimentId must be a uuid/);
  });

  it('ignores other entities and updates without values', () => {
    expect(insert({ anything: 1 }, Foreign)).not.toThrow();
    expect(insert({ anything: 1 }, 'a schema without class')).not.toThrow();
    expect(update({ metadata: { target: Foreign }, entity: { anything: 1 } })).not.toThrow();
    expect(update({ entity: undefined })).not.toThrow();
  });
});
