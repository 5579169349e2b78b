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

// The metadata is everybody's.
afterAll(() => {
  applyComments(ENTITIES, COMMENTS);
});

test('a class gives its table its comment, a property its column, a relation its foreign key', () => {
  applyComments(ENTITIES, COMMENTS);
  const comments = { Competitor: 'table', 'Competitor.name': 'column', 'Competitor.category': 'relation' };
  const before = [table(Archetype), column(Archetype, 'name'), column(Competitor, 'pricePoint')];
  applyComments([Competitor], comments);
  expect(table(Competitor)).toBe('table');
  expect(column(Competitor, 'name')).toBe('column');
  expect(column(Competitor, 'categoryId')).toBe('relation');
  // What has no comment here keeps its own, and what is not asked about is not touched.
  expect([table(Archetype), column(Archetype, 'name'), column(Competitor, 'pricePoint')]).toEqual(before);
  expect(before.every((comment) => comment !== undefined && comment !== '')).toBe(true);
});

test('a class that is not given keeps its comment, whatever else is said of its name', () => {
  applyComments(ENTITIES, COMMENTS);
  applyComments([Archetype], { Competitor: 'other', 'Competitor.name': 'other' });
  expect(table(Competitor)).toBe(COMMENTS.Competitor);
  expect(column(Competitor, 'name')).toBe(COMMENTS['Competitor.name']);
});
