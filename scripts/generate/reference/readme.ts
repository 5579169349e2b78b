import { removeSchema } from '../../../src/operations/catalog/schema-placeholder.js';
import type { Snapshot } from '../../../src/operations/catalog/snapshot.js';
import type { GeneratedFile } from '../generated-file.js';
import { renderCode, renderPage, renderSection, renderTable } from './markdown.js';

/** Returns the table of contents of docs/reference/, and the enums. */
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
  ['page', 'content'],
  [
    [
      '[tables/](tables/README.md)',
      'each table: purpose, columns, rules, foreign keys, indexes and their queries, retention',
    ],
    ['[diagram.md](diagram.md)', 'entity-relationship diagrams'],
    ['[constraints.md](constraints.md)', 'each constraint: its definition, and the error for a row that violates it'],
    ['[errors.md](errors.md)', 'each error class: what happened, and what to do'],
    ['[lint.md](lint.md)', 'each rule of `migration:lint`: what it finds, what that blocks, the safe alternative'],
    ['[roles.md](roles.md)', 'the database roles and their privileges'],
    [
      '[pg_hba.conf](pg_hba.conf), [postgresql.conf](postgresql.conf)',
      'example configuration of a server (not generated): who may connect from where, what is logged',
    ],
    ['[schema.sql](schema.sql)', 'the schema as SQL, for the review of migrations'],
  ],
);
