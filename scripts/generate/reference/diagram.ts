import { removeSchema } from '../../../src/operations/catalog/schema-placeholder.js';
import type { GeneratedFile } from '../generated-file.js';
import { groupByArea, type ForeignKeyFacts, type TableFacts } from './facts.js';
import { renderPage, renderSection } from './markdown.js';

/** Returns the entity-relationship diagrams: one of all tables, and one with keys for each area. */
export function renderDiagramPage(tables: readonly TableFacts[]): GeneratedFile {
  const all = tables.flatMap(({ foreignKeys }) => foreignKeys);
  const areas = [...groupByArea(tables)].flatMap(([area, list]) => {
    const lines = renderLines(list, all).map(renderRelation);
    return renderSection(area, renderFence(['erDiagram', ...list.map(renderBox), ...lines]));
  });
  const content = renderPage('Diagram', LEGEND, ...renderSection('All tables', renderOverview(tables, all)), ...areas);
  return { path: 'docs/reference/diagram.md', content };
}

/** Returns the foreign keys of an area; for an area without any, the foreign keys that reference it. Both at once are unreadable. */
function renderLines(list: readonly TableFacts[], all: readonly ForeignKeyFacts[]): readonly ForeignKeyFacts[] {
  const own = list.flatMap(({ foreignKeys }) => foreignKeys);
  return own.length > 0 ? own : all.filter(({ parent }) => list.some(({ name }) => name === parent));
}

const LEGEND = `A line goes from the referenced table (\`||\` exactly one row, \`|o\` at most one) to the referencing table (\`o{\` any number of rows, \`o|\` at
most one). Its label is the column and the delete rule. The diagram of an area shows its foreign keys. Columns and rules are on the [pages of the tables](tables/README.md).`;

/** Renders the tables inside the box of their area. */
function renderOverview(tables: readonly TableFacts[], foreignKeys: readonly ForeignKeyFacts[]): string {
  const boxes = [...groupByArea(tables)].flatMap(([area, list]) => [
    `  subgraph area_${area}["${area}"]`,
    ...list.map(({ name }) => `    ${name}`),
    '  end',
  ]);
  const lines = foreignKeys.map(({ child, column, parent }) => `  ${child} -->|${column}| ${parent}`);
  return renderFence(['flowchart LR', ...boxes, ...lines]);
}

function renderRelation({ child, column, parent, onDelete, nullable, unique }: ForeignKeyFacts): string {
  return `  ${parent} ${nullable ? '|o' : '||'}--${unique ? 'o|' : 'o{'} ${child} : "${column}, ${onDelete}"`;
}

/** Renders a table with its key columns. */
function renderBox({ name, columns, parts }: TableFacts): string {
  const keys = columns.flatMap(({ object }) => {
    const marks = KEYS.filter(([, beginning]) =>
      parts.some(({ facts }) => listKeyColumns(facts.definition, beginning).includes(object.name)),
    ).map(([mark]) => mark);
    const type = removeSchema(object.facts.type ?? '').replaceAll(/\W+/g, '_');
    return marks.length === 0 ? [] : [`    ${type} ${object.name} ${marks.join(', ')}`];
  });
  return `  ${name} {\n${keys.join('\n')}\n  }`;
}

const KEYS: readonly (readonly [mark: string, beginning: RegExp])[] = [
  ['PK', /^PRIMARY KEY \((.*?)\)/],
  ['FK', /^FOREIGN KEY \((.*?)\)/],
  ['UK', /^(?:UNIQUE|CREATE UNIQUE INDEX .*?) \((.*?)\)/],
];

function listKeyColumns(definition: string | undefined, beginning: RegExp): string[] {
  return beginning.exec(definition ?? '')?.[1]?.split(', ') ?? [];
}

function renderFence(lines: readonly string[]): string {
  return ['```mermaid', ...lines, '```'].join('\n');
}
