import { removeSchema } from '../../../src/operations/catalog/schema-placeholder.js';
import type { CatalogObject } from '../../../src/operations/catalog/snapshot.js';
import type { DatabaseError } from '../../../src/errors/translate.js';
import { toDatabaseError } from '../../../src/validation/constraints.js';
import type { GeneratedFile } from '../generated-file.js';
import { DocumentationError } from './documentation-error.js';
import { listParts, type TableFacts } from './facts.js';
import { renderCode, renderPage, escapeProse, renderTableSection } from './markdown.js';

/** Returns the list of constraints and unique indexes with the error for a row that violates them. */
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

/** Returns the summary of the error for a row that violates the constraint. */
export function getMessage(constraint: CatalogObject): string {
  return createViolationError(constraint).summary;
}

function renderRow(constraint: CatalogObject): string[] {
  const { name, summary, sqlState = '' } = createViolationError(constraint);
  const definition = constraint.facts.definition ?? '';
  return [constraint.name, definition]
    .map((sql) => renderCode(removeSchema(sql)))
    .concat(escapeProse(summary), renderCode(name), sqlState);
}

function isUnique({ facts }: CatalogObject): boolean {
  return facts.definition?.startsWith('CREATE UNIQUE ') ?? false;
}

/** Translates the violation with the function that services use, so that page and error agree. */
function createViolationError({ name, facts: { definition = '' } }: CatalogObject): DatabaseError {
  const state = STATES.find(([beginning]) => beginning.test(definition))?.[1];
  if (state === undefined)
    throw new DocumentationError(
      `The SQLSTATE of ${name} is unknown: add ${definition} to STATES in constraints-page.ts.`,
    );
  return createDatabaseError(state, removeSchema(name));
}

function createDatabaseError(code: string, constraint?: string): DatabaseError {
  const error = toDatabaseError({ driverError: { code, severity: 'ERROR', constraint } });
  if (error === undefined) throw new DocumentationError(`No error class for SQLSTATE ${code}.`);
  return error;
}

/** The SQLSTATE by the start of the definition (PostgreSQL documentation, appendix A). */
const STATES: readonly (readonly [RegExp, string])[] = [
  [/^CHECK /, '23514'],
  [/^(PRIMARY KEY|UNIQUE|CREATE UNIQUE INDEX) /, '23505'],
  [/^FOREIGN KEY /, '23503'],
  [/^EXCLUDE /, '23P01'],
];

const INTRODUCTION = `PostgreSQL enforces these constraints on every write. A DataSource of \`createDataSource\` throws the error class listed here, with the
name as \`constraint\` and the rule as \`summary\` ([errors.md](errors.md)). Writes that call TypeORM's subscribers fail before that, with \`EntityValidationError\` and the same rules.`;

const missing = createDatabaseError('23502');
const NOT_NULL = `NOT NULL has no constraint name. Required columns are on the page of their table; a missing value throws \`${missing.name}\`, SQLSTATE
${missing.sqlState ?? ''}, "${missing.summary}".`;
