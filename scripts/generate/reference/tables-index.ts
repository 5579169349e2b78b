import { MIGRATION_ONLY } from '../../../src/schema/migration-only.js';
import type { GeneratedFile } from '../generated-file.js';
import { groupByArea, type TableFacts } from './facts.js';
import { renderPage, escapeProse, renderTableSection } from './markdown.js';
import { renderPurpose } from './table-page.js';

/** Returns the list of the table pages, by area. */
export function renderTablesIndex(tables: readonly TableFacts[]): GeneratedFile {
  const areas = [...groupByArea(tables)].flatMap(([area, list]) =>
    renderTableSection(
      area,
      ['table', 'purpose'],
      list.map(({ name, object }) => [`[${name}](${name}.md)`, renderPurpose(object)]),
    ),
  );
  const ofMigrations = renderTableSection(
    'Created by migrations only',
    ['object', 'why'],
    MIGRATION_ONLY.map(({ object, reason }) => [escapeProse(object), escapeProse(reason)]),
  );
  return { path: 'docs/reference/tables/README.md', content: renderPage('Tables', ...areas, ...ofMigrations) };
}
