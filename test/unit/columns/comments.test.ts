import 'reflect-metadata';
import { afterAll, expect, test } from '@jest/globals';
import { getMetadataArgsStorage } from 'typeorm';
import { applyComments } from '../../../src/columns/table.js';
import { COMMENTS } from '../../../src/entities/comments.js';
import { Archetype, Competitor, ENTITIES } from '../../../src/entities/index.js';

const storage = getMetadataArgsStorage();
const table = (entity: object) => storage.tables.find(({ target }) => target === entity)?.comment;
const column = (entity: object, name: string) =>
  storage.columns.find(({ target, propertyName }) => target === entity && propertyName === name)?.options.comment;

// All tests share the metadata.
afterAll(() => {
  applyComments(ENTITIES, COMMENTS);
});

test('applyComments sets the comments of tables, columns and foreign keys', () => {
  applyComments(ENTITIES, COMMENTS);
  const comments = { Competitor: 'table', 'Competitor.name': 'column', 'Competitor.category': 'relation' };
  const before = [table(Archetype), column(Archetype, 'name'), column(Competitor, 'pricePoint')];
  applyComments([Competitor], comments);
  expect(table(Competitor)).toBe('table');
  expect(column(Competitor, 'name')).toBe('column');
  expect(column(Competitor, 'categoryId')).toBe('relation');
  // Columns without a new comment, and other classes, keep their comments.
  expect([table(Archetype), column(Archetype, 'name'), column(Competitor, 'pricePoint')]).toEqual(before);
  expect(before.every((comment) => comment !== undefined && comment !== '')).toBe(true);
});

test('applyComments changes only the classes that it is given', () => {
  applyComments(ENTITIES, COMMENTS);
  applyComments([Archetype], { Competitor: 'other', 'Competitor.name': 'other' });
  expect(table(Competitor)).toBe(COMMENTS.Competitor);
  expect(column(Competitor, 'name')).toBe(COMMENTS['Competitor.name']);
});
