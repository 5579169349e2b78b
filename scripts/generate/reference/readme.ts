import { removeSchema } from '../../../src/operations/catalog/schema-placeholder.js';
import type { Snapshot } from '../../../src/operations/catalog/snapshot.js';
import type { GeneratedFile } from '../generated-file.js';
import { renderCode, renderPage, renderSection, renderTable } from './markdown.js';

/** What is where in docs/reference/. */
export function renderReadme({ objects }: Snapshot): GeneratedFile {
  const enums = Object.values(objects).filter(({ kind }) => kind === 'enum');
  const rows = enums.map(({ name, facts }) => [renderCode(removeSchema(name)), renderCode(facts.values ?? '')]);
  return {
    path: 'docs/reference/README.md',
    content: renderPage(
      'Reference',
      CONTENTS,
      ...renderSection('Enums, in their order', renderTable(['enum', 'values'], rows)),
    ),
  };
}

const CONTENTS = renderTable(
  ['page', 'what it tells'],
  [
    [
      '[tables/](tables/README.md)',
      'each table: its question, columns, rules, references, indexes and their queries, how long it is kept',
    ],
    ['[diagram.md](diagram.md)', 'the tables and what refers to what'],
    ['[constraints.md](constraints.md)', 'each constraint: its definition, and what whoever breaks it is told'],
    ['[errors.md](errors.md)', 'each class of error: what was refused, and what to do'],
    ['[lint.md](lint.md)', 'each rule of `migration:lint`: what it finds, what that blocks, the safe way'],
    ['[roles.md](roles.md)', 'the database roles: who may do what'],
    [
      '[pg_hba.conf](pg_hba.conf), [postgresql.conf](postgresql.conf)',
      'configuration of a server, by hand: who may connect from where, what is logged',
    ],
    ['[schema.sql](schema.sql)', 'the schema as SQL: what a review of a migration reads'],
  ],
);
