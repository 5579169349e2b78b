import { removeSchema } from '../../../src/operations/catalog/schema-placeholder.js';
import type { CatalogObject } from '../../../src/operations/catalog/snapshot.js';
import type { DatabaseError } from '../../../src/errors/translate.js';
import { toDatabaseError } from '../../../src/validation/constraints.js';
import type { GeneratedFile } from '../generated-file.js';
import { DocumentationError } from './documentation-error.js';
import { listParts, type TableFacts } from './facts.js';
import { renderCode, renderPage, escapeProse, renderTableSection } from './markdown.js';

/** Every constraint and unique index, and what whoever breaks it is told. */
export function renderConstraintsPage(tables: readonly TableFacts[]): GeneratedFile {
  const sections = tables.flatMap((table) => {
    const rows = [...listParts(table, 'constraint'), ...listParts(table, 'index').filter(isUnique)].map(renderRow);
    const title = `[${table.name}](tables/${table.name}.md)`;
    return renderTableSection(title, ['name', 'definition', 'rule', 'error', 'SQLSTATE'], rows);
  });
  return {
    path: 'docs/reference/constraints.md',
    content: renderPage('Constraints', INTRODUCTION, NOT_NULL, ...sections),
  };
}

/** What whoever breaks a constraint is told. */
export function getMessage(constraint: CatalogObject): string {
  return nameError(constraint).summary;
}

function renderRow(constraint: CatalogObject): string[] {
  const { name, summary, sqlState = '' } = nameError(constraint);
  const definition = constraint.facts.definition ?? '';
  return [constraint.name, definition]
    .map((sql) => renderCode(removeSchema(sql)))
    .concat(escapeProse(summary), renderCode(name), sqlState);
}

function isUnique({ facts }: CatalogObject): boolean {
  return facts.definition?.startsWith('CREATE UNIQUE ') ?? false;
}

/** From the very translation that services use. */
function nameError({ name, facts: { definition = '' } }: CatalogObject): DatabaseError {
  const state = STATES.find(([beginning]) => beginning.test(definition))?.[1];
  if (state === undefined)
    throw new DocumentationError(`Which SQLSTATE does ${name} raise? STATES does not know ${definition}.`);
  return describeRefusal(state, removeSchema(name));
}

function describeRefusal(code: string, constraint?: string): DatabaseError {
  const error = toDatabaseError({ driverError: { code, severity: 'ERROR', constraint } });
  if (error === undefined) throw new DocumentationError(`No class of errors stands for SQLSTATE ${code}.`);
  return error;
}

/** What PostgreSQL raises, by the beginning of the definition (its documentation, appendix A). */
const STATES: readonly (readonly [RegExp, string])[] = [
  [/^CHECK /, '23514'],
  [/^(PRIMARY KEY|UNIQUE|CREATE UNIQUE INDEX) /, '23505'],
  [/^FOREIGN KEY /, '23503'],
  [/^EXCLUDE /, '23P01'],
];

const INTRODUCTION = `What PostgreSQL refuses, whatever path the write takes. What a DataSource of
\`createDataSource\` throws then is of the class listed here, with the name as \`constraint\` and the sentence
([errors.md](errors.md)). Writes that TypeORM announces are refused before, with the same rules, by \`EntityValidationError\`.`;

const missing = describeRefusal('23502');
const NOT_NULL = `Columns that may not be null have no name of their own to be broken, and are on the page of their table: \`${missing.name}\`, SQLSTATE
${missing.sqlState ?? ''}, "${missing.summary}".`;
