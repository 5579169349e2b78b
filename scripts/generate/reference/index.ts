import type { Snapshot } from '../../../src/operations/catalog/snapshot.js';
import type { GeneratedFile } from '../generated-file.js';
import { renderConstraintsPage } from './constraints-page.js';
import { renderDiagramPage } from './diagram.js';
import { readTables } from './facts.js';
import { renderReadme } from './readme.js';
import { renderSchemaSql } from './schema-sql.js';
import { renderTablePage } from './table-page.js';
import { renderTablesIndex } from './tables-index.js';

/** Returns the files of docs/reference/ that describe the schema. */
export function generateReference(snapshot: Snapshot): GeneratedFile[] {
  const tables = readTables(snapshot);
  return [
    renderReadme(snapshot),
    { path: 'docs/reference/schema.sql', content: renderSchemaSql(snapshot) },
    renderDiagramPage(tables),
    renderConstraintsPage(tables),
    renderTablesIndex(tables),
    ...tables.map((table) => renderTablePage(table, tables)),
  ];
}
