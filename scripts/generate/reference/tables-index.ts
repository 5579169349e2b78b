import { MIGRATION_ONLY } from '../../../src/schema/migration-only.js';
import type { GeneratedFile } from '../generated-file.js';
import { byArea, type TableFacts } from './facts.js';
import { page, prose, tableSection } from './markdown.js';
import { questionOf } from './table-page.js';

/** The pages of the tables, by area. */
export function tablesIndex(tables: readonly TableFacts[]): GeneratedFile {
  const areas = [...byArea(tables)].flatMap(([area, list]) =>
    tableSection(
      area,
      ['table', 'what it answers'],
      list.map(({ name, object }) => [`[${name}](${name}.md)`, questionOf(object)]),
    ),
  );
  const ofMigrations = tableSection(
    'Made by migrations only',
    ['object', 'why'],
    MIGRATION_ONLY.map(({ object, reason }) => [prose(object), prose(reason)]),
  );
  return { path: 'docs/reference/tables/README.md', content: page('Tables', ...areas, ...ofMigrations) };
}
