import { MIGRATION_ONLY } from '../../../src/schema/migration-only.js';
import type { GeneratedFile } from '../generated-file.js';
import { groupByArea, type TableFacts } from './facts.js';
import { renderPage, escapeProse, renderTableSection } from './markdown.js';
import { readQuestion } from './table-page.js';

/** The pages of the tables, by area. */
export function renderTablesIndex(tables: readonly TableFacts[]): GeneratedFile {
  const areas = [...groupByArea(tables)].flatMap(([area, list]) =>
    renderTableSection(
      area,
      ['table', 'what it answers'],
      list.map(({ name, object }) => [`[${name}](${name}.md)`, readQuestion(object)]),
    ),
  );
  const ofMigrations = renderTableSection(
    'Made by migrations only',
    ['object', 'why'],
    MIGRATION_ONLY.map(({ object, reason }) => [escapeProse(object), escapeProse(reason)]),
  );
  return { path: 'docs/reference/tables/README.md', content: renderPage('Tables', ...areas, ...ofMigrations) };
}
