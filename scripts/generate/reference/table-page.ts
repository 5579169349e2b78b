import { constraintName } from '../../../src/connection/naming-strategy.js';
import { columnOf, finalProperties } from '../../../src/columns/table.js';
import { RETENTION_POLICIES, type RetentionPolicy } from '../../../src/retention/policies.js';
import { withoutSchema } from '../../../src/operations/catalog/schema-placeholder.js';
import type { CatalogObject, Kind } from '../../../src/operations/catalog/snapshot.js';
import type { GeneratedFile } from '../generated-file.js';
import { DocumentationError } from './documentation-error.js';
import { sentenceOf } from './constraints-page.js';
import { partsOf, type ColumnFacts, type ForeignKeyFacts, type TableFacts } from './facts.js';
import { code, page, prose, section, tableSection } from './markdown.js';
import { nullMeaning } from './null-meaning.js';

/** Kinds with a section of their own; a row of any other kind is shown by its definition. */
const SHOWN: readonly Kind[] = ['constraint', 'index', 'trigger', 'grant', 'revoked'];

/** All that is known of a table, on one page. */
export function tablePage(table: TableFacts, tables: readonly TableFacts[]): GeneratedFile {
  const children = tables.flatMap(({ foreignKeys }) => foreignKeys).filter(({ parent }) => parent === table.name);
  const content = page(
    table.name,
    questionOf(table.object),
    `Area: ${table.source.area}. Entity: [${code(table.source.name)}](../../../${table.source.file}).`,
    keeping(table.name),
    ...tableSection('Columns', ['column', 'type', 'null', 'default', 'meaning', 'rules'], table.columns.map(columnRow)),
    ...tableSection(
      'Refers to',
      ['column', 'table', 'when the row there is deleted'],
      table.foreignKeys.map(parentRow),
    ),
    ...tableSection('Referred to by', ['column', 'when the row here is deleted'], children.map(childRow)),
    ...tableSection('Rules over several columns', ['rule', 'columns', 'held by'], rowRules(table)),
    ...tableSection('Final values', ['rule', 'columns', 'held by'], finals(table)),
    ...tableSection('Constraints', ['constraint', 'in words'], partsOf(table, 'constraint').map(constraintRow)),
    ...tableSection(
      'Indexes',
      ['index', 'definition', 'for'],
      partsOf(table, 'index').map((index) => indexRow(index, table)),
    ),
    ...tableSection('Triggers', ['trigger', 'definition', 'comment'], partsOf(table, 'trigger').map(partRow)),
    ...section('Rights', partsOf(table, 'grant', 'revoked').map(right).join('\n')),
    ...tableSection('Other', ['name', 'definition', 'comment'], others(table).map(partRow)),
  );
  return { path: `docs/reference/tables/${table.name}.md`, content };
}

/** The comment of a table, which opens with the question that it answers. */
export function questionOf({ facts: { comment = '' } }: CatalogObject): string {
  const end = comment.indexOf('?') + 1;
  return `**${prose(comment.slice(0, end))}** ${prose(comment.slice(end))}`.trim();
}

/** How long the rows of a table are kept, in a sentence. */
export function keeping(table: string): string {
  const policy = RETENTION_POLICIES.find((one) => one.table === table);
  if (policy === undefined)
    throw new DocumentationError(`src/retention/policies.ts does not say how long ${table} is kept.`);
  return `Kept ${duration(policy)}. ${prose(policy.reason)}`;
}

function duration(policy: RetentionPolicy): string {
  if (policy.days === 'forever') return 'for ever';
  const { days, by, goesWith, archive } = policy;
  const together = goesWith === undefined ? '' : `, purged with [${goesWith}](${goesWith}.md)`;
  return `${days} days, counted by ${code(by)}${together}, archived as ${archive.format}, one file a ${archive.per}`;
}

function columnRow({ object, rules }: ColumnFacts): string[] {
  const { type = '', default: fallback = '' } = object.facts;
  const { when, meaning } = nullMeaning(object);
  const sentences = rules.map(({ sentence }) => prose(sentence.replace(/^must (be )?/, ''))).join('<br>');
  return [
    code(object.name),
    code(withoutSchema(type)),
    prose(when),
    code(withoutSchema(fallback)),
    prose(meaning),
    sentences,
  ];
}

function parentRow({ column, parent, onDelete, unique }: ForeignKeyFacts): string[] {
  return [code(column), `[${parent}](${parent}.md)`, `${DELETION[onDelete] ?? ''} (${onDelete})${unique ? ONE : ''}`];
}

function childRow({ child, column, onDelete, unique }: ForeignKeyFacts): string[] {
  const name = `${child}.${column}`;
  return [`[${name}](${child}.md)`, `${DELETION[onDelete] ?? ''} (${onDelete})${unique ? ONE : ''}`];
}

const ONE = '; at most one row for each';

function constraintRow(constraint: CatalogObject): string[] {
  return [code(constraint.name), prose(sentenceOf(constraint))];
}

/** What PostgreSQL does to the row that refers. */
const DELETION: Readonly<Record<string, string>> = {
  CASCADE: 'the row that refers is deleted too',
  'SET NULL': 'the reference becomes null',
  'SET DEFAULT': 'the reference becomes its default',
  RESTRICT: 'refused while a row refers to it',
  'NO ACTION': 'refused while a row refers to it',
};

function rowRules({ name, rules }: TableFacts): string[][] {
  return rules.rows.map(({ meaning, sentence, properties, sql, beforeSaveOnly = '', onInsertOnly = false }) => [
    prose(sentence),
    properties.map((property) => code(columnOf(rules, property))).join(', '),
    (sql === undefined
      ? `validation before save only: ${prose(beforeSaveOnly)}`
      : code(constraintName('ck', name, meaning))) + (onInsertOnly ? '; new rows only' : ''),
  ]);
}

function finals({ name, rules }: TableFacts): string[][] {
  return rules.finals.map((final) => [
    prose(final.sentence),
    finalProperties(rules, final)
      .map((property) => code(columnOf(rules, property)))
      .join(', '),
    code(constraintName('tg', name, final.meaning)),
  ]);
}

function indexRow({ name, facts }: CatalogObject, { name: table, rules }: TableFacts): string[] {
  const plain = withoutSchema(name);
  const purpose = rules.queries.get(plain) ?? rules.constraints.get(plain)?.sentence ?? facts.comment;
  if (purpose === undefined)
    throw new DocumentationError(`Nobody says which query ${plain} on ${table} serves: declare it with @IndexFor.`);
  const definition = facts.definition?.replace(/^CREATE (UNIQUE )?INDEX .*? USING /, '$1') ?? '';
  return [code(plain), code(withoutSchema(definition)), prose(purpose)];
}

function others({ parts }: TableFacts): CatalogObject[] {
  return parts.filter(({ kind }) => !SHOWN.includes(kind));
}

function partRow({ kind, name, facts }: CatalogObject): string[] {
  const shown = SHOWN.includes(kind) ? name : `${kind} ${name}`;
  return [code(withoutSchema(shown)), code(withoutSchema(facts.definition ?? '')), prose(facts.comment ?? '')];
}

function right({ kind, name }: CatalogObject): string {
  return `- ${kind === 'grant' ? '' : 'not '}${code(withoutSchema(name))}`;
}
