import { createConstraintName } from '../../../src/connection/naming-strategy.js';
import { findColumn, listFinalProperties } from '../../../src/columns/table.js';
import { RETENTION_POLICIES, type RetentionPolicy } from '../../../src/retention/policies.js';
import { removeSchema } from '../../../src/operations/catalog/schema-placeholder.js';
import type { CatalogObject, Kind } from '../../../src/operations/catalog/snapshot.js';
import type { GeneratedFile } from '../generated-file.js';
import { DocumentationError } from './documentation-error.js';
import { getMessage } from './constraints-page.js';
import { listParts, type ColumnFacts, type ForeignKeyFacts, type TableFacts } from './facts.js';
import { renderCode, renderPage, escapeProse, renderSection, renderTableSection } from './markdown.js';
import { readNullMeaning } from './null-meaning.js';

/** Kinds that have a section of their own. All others are in the section “Other”. */
const SHOWN: readonly Kind[] = ['constraint', 'index', 'trigger', 'grant', 'revoked'];

/** Returns the page of a table. */
export function renderTablePage(table: TableFacts, tables: readonly TableFacts[]): GeneratedFile {
  const children = tables.flatMap(({ foreignKeys }) => foreignKeys).filter(({ parent }) => parent === table.name);
  const content = renderPage(
    table.name,
    renderPurpose(table.object),
    `Area: ${table.source.area}. Entity: [${renderCode(table.source.name)}](../../../${table.source.file}).`,
    describeRetention(table.name),
    ...renderTableSection(
      'Columns',
      ['column', 'type', 'null', 'default', 'meaning', 'rules'],
      table.columns.map(renderColumnRow),
    ),
    ...renderTableSection(
      'Foreign keys',
      ['column', 'references', 'when the referenced row is deleted'],
      table.foreignKeys.map(renderParentRow),
    ),
    ...renderTableSection(
      'Referenced by',
      ['column', 'when the row of this table is deleted'],
      children.map(renderChildRow),
    ),
    ...renderTableSection('Rules over several columns', ['rule', 'columns', 'enforced by'], renderRowRules(table)),
    ...renderTableSection('Final values', ['rule', 'columns', 'enforced by'], renderFinalValues(table)),
    ...renderTableSection(
      'Constraints',
      ['constraint', 'rule'],
      listParts(table, 'constraint').map(renderConstraintRow),
    ),
    ...renderTableSection(
      'Indexes',
      ['index', 'definition', 'query'],
      listParts(table, 'index').map((index) => renderIndexRow(index, table)),
    ),
    ...renderTableSection(
      'Triggers',
      ['trigger', 'definition', 'comment'],
      listParts(table, 'trigger').map(renderPartRow),
    ),
    ...renderSection('Privileges', listParts(table, 'grant', 'revoked').map(renderRight).join('\n')),
    ...renderTableSection('Other', ['name', 'definition', 'comment'], renderOtherParts(table).map(renderPartRow)),
  );
  return { path: `docs/reference/tables/${table.name}.md`, content };
}

/** Returns the comment of a table with its first sentence in bold. */
export function renderPurpose({ facts: { comment = '' } }: CatalogObject): string {
  const end = /^.*?[.?](?=\s|$)/.exec(comment)?.[0].length ?? comment.length;
  return `**${escapeProse(comment.slice(0, end))}** ${escapeProse(comment.slice(end))}`.trim();
}

/** Returns one sentence about how long the rows of a table are kept. */
function describeRetention(table: string): string {
  const policy = RETENTION_POLICIES.find((one) => one.table === table);
  if (policy === undefined)
    throw new DocumentationError(`src/retention/policies.ts has no policy for ${table}: add one.`);
  return `Kept ${formatDuration(policy)}. ${escapeProse(policy.reason)}`;
}

function formatDuration(policy: RetentionPolicy): string {
  if (policy.days === 'forever') return 'for ever';
  const { days, by, goesWith, archive } = policy;
  const together = goesWith === undefined ? '' : `, purged with [${goesWith}](${goesWith}.md)`;
  return `${days} days, counted by ${renderCode(by)}${together}, archived as ${archive.format}, one file a ${archive.per}`;
}

function renderColumnRow({ object, rules }: ColumnFacts): string[] {
  const { type = '', default: defaultSql = '' } = object.facts;
  const { when, meaning } = readNullMeaning(object);
  const messages = rules.map(({ message }) => escapeProse(message.replace(/^must (be )?/, ''))).join('<br>');
  return [
    renderCode(object.name),
    renderCode(removeSchema(type)),
    escapeProse(when),
    renderCode(removeSchema(defaultSql)),
    escapeProse(meaning),
    messages,
  ];
}

function renderParentRow({ column, parent, onDelete, unique }: ForeignKeyFacts): string[] {
  return [
    renderCode(column),
    `[${parent}](${parent}.md)`,
    `${DELETION[onDelete] ?? ''} (${onDelete})${unique ? ONE : ''}`,
  ];
}

function renderChildRow({ child, column, onDelete, unique }: ForeignKeyFacts): string[] {
  const name = `${child}.${column}`;
  return [`[${name}](${child}.md)`, `${DELETION[onDelete] ?? ''} (${onDelete})${unique ? ONE : ''}`];
}

const ONE = '; at most one row per referenced row';

function renderConstraintRow(constraint: CatalogObject): string[] {
  return [renderCode(constraint.name), escapeProse(getMessage(constraint))];
}

/** What PostgreSQL does to the referencing row. */
const DELETION: Readonly<Record<string, string>> = {
  CASCADE: 'the referencing row is deleted',
  'SET NULL': 'the reference becomes null',
  'SET DEFAULT': 'the reference becomes its default',
  RESTRICT: 'refused while a row references it',
  'NO ACTION': 'refused while a row references it',
};

function renderRowRules({ name, rules }: TableFacts): string[][] {
  return rules.rows.map(({ meaning, message, properties, sql, beforeSaveOnly = '', onInsertOnly = false }) => [
    escapeProse(message),
    properties.map((property) => renderCode(findColumn(rules, property))).join(', '),
    (sql === undefined
      ? `validation before save only: ${escapeProse(beforeSaveOnly)}`
      : renderCode(createConstraintName('ck', name, meaning))) + (onInsertOnly ? '; new rows only' : ''),
  ]);
}

function renderFinalValues({ name, rules }: TableFacts): string[][] {
  return rules.finals.map((final) => [
    escapeProse(final.message),
    listFinalProperties(rules, final)
      .map((property) => renderCode(findColumn(rules, property)))
      .join(', '),
    renderCode(createConstraintName('tg', name, final.meaning)),
  ]);
}

function renderIndexRow({ name, facts }: CatalogObject, { name: table, rules }: TableFacts): string[] {
  const plain = removeSchema(name);
  const purpose = rules.queries.get(plain) ?? rules.constraints.get(plain)?.summary ?? facts.comment;
  if (purpose === undefined)
    throw new DocumentationError(
      `The index ${plain} on ${table} names no query that it serves: declare it with @IndexFor.`,
    );
  const definition = facts.definition?.replace(/^CREATE (UNIQUE )?INDEX .*? USING /, '$1') ?? '';
  return [renderCode(plain), renderCode(removeSchema(definition)), escapeProse(purpose)];
}

function renderOtherParts({ parts }: TableFacts): CatalogObject[] {
  return parts.filter(({ kind }) => !SHOWN.includes(kind));
}

function renderPartRow({ kind, name, facts }: CatalogObject): string[] {
  const shown = SHOWN.includes(kind) ? name : `${kind} ${name}`;
  return [
    renderCode(removeSchema(shown)),
    renderCode(removeSchema(facts.definition ?? '')),
    escapeProse(facts.comment ?? ''),
  ];
}

function renderRight({ kind, name }: CatalogObject): string {
  return `- ${kind === 'grant' ? '' : 'not '}${renderCode(removeSchema(name))}`;
}
