/** Changes of the schema. */
import { DDL, english, type Reading } from './reading.js';

export const SCHEMA_CHANGE_READINGS: readonly Reading[] = [
  {
    state: '42P07',
    message: english('relation "<table>" already exists'),
    sentence: 'a table, view or index {table} already exists',
    advice: DDL,
  },
  { state: '42P07', sentence: 'a table, view or index of this name already exists', advice: DDL },
  {
    state: '42710',
    message: english('(?:type|constraint|trigger|extension|role|policy) "<name>".* already exists'),
    sentence: 'an object {name} already exists',
    advice: DDL,
  },
  { state: '42710', sentence: 'an object of this name already exists', advice: DDL },
  { state: '42P06', sentence: 'a schema of this name already exists', advice: DDL },
  { state: '42P04', sentence: 'a database of this name already exists', advice: 'Use it, or choose another name.' },
  { state: '42723', sentence: 'a function of this name and these arguments already exists', advice: DDL },
  { state: '42P16', sentence: 'the definition of the table is not valid', advice: DDL },
  {
    state: '42P17',
    sentence: 'the definition of the object is not valid',
    advice: 'Use immutable functions only in indexes and generated columns.',
  },
  {
    state: '42830',
    sentence: 'a foreign key refers to columns that have no unique key',
    advice: 'Give them one first.',
  },
  {
    state: '2BP01',
    message: english(
      'cannot drop (?:table|view|type|column|function|constraint|index|schema) <name>.* because other objects depend on it',
    ),
    sentence: '{name} cannot be dropped, because other objects depend on it',
    advice: 'Drop those first, in a migration.',
  },
  {
    state: '2BP01',
    sentence: 'an object cannot be dropped, because others depend on it',
    advice: 'Drop those first, in a migration.',
  },
];
