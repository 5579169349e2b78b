import type { Snapshot } from '../../../src/operations/catalog/snapshot.js';
import type { GeneratedFile } from '../generated-file.js';
import { constraintsPage } from './constraints-page.js';
import { diagramPage } from './diagram.js';
import { tablesOf } from './facts.js';
import { readmePage } from './readme.js';
import { schemaSql } from './schema-sql.js';
import { tablePage } from './table-page.js';
import { tablesIndex } from './tables-index.js';

/** All that docs/reference/ says of the schema. */
export function referenceFiles(snapshot: Snapshot): GeneratedFile[] {
  const tables = tablesOf(snapshot);
  return [
    readmePage(snapshot),
    { path: 'docs/reference/schema.sql', content: schemaSql(snapshot) },
    diagramPage(tables),
    constraintsPage(tables),
    tablesIndex(tables),
    ...tables.map((table) => tablePage(table, tables)),
  ];
}
