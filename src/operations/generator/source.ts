import { tokenize } from '../../errors/sql-text.js';
import type { Snapshot } from '../catalog/snapshot.js';
import { unquoteName, quoteLocalName, type Step } from './draft.js';
import { listParts } from './tables.js';

/**
 * Returns why a change of the catalog cannot be reverted exactly; undefined when it can. A dropped column comes back empty and as the last
 * column of its table, so the change is reversible only if the column was the last one and is nullable or has a default.
 */
export function findIrreversibleReason(from: Snapshot, to: Snapshot): string | undefined {
  const lostColumns = Object.entries(from.objects)
    .filter(([key, { kind }]) => kind === 'table' && key in to.objects)
    .flatMap(([key, table]) => {
      const columns = listParts(table, from).filter(({ kind }) => kind === 'column');
      const stays = columns.map(({ name }) =>
        listParts(to.objects[key] ?? table, to).some((part) => part.kind === 'column' && part.name === name),
      );
      const lastKept = stays.lastIndexOf(true);
      return columns
        .filter(
          (column, place) =>
            !stays[place] &&
            (place < lastKept || (column.facts.null !== undefined && column.facts.default === undefined)),
        )
        .map(({ name }) => `${unquoteName(quoteLocalName(table.name))}.${unquoteName(name)}`);
    });
  if (lostColumns.length === 0) return undefined;
  return `the values of ${lostColumns.join(', ')} are lost, and PostgreSQL cannot put the column back in its place: restore a backup, or add the column in a new migration.`;
}

/** A migration before it is written to a file. */
export interface MigrationDraft {
  readonly className: string;
  readonly up: readonly Step[];
  readonly down: readonly Step[];
  /** Why it cannot be reverted; `down` is then empty. Undefined: it can. */
  readonly irreversibleBecause: string | undefined;
  /** Paragraphs for its author, for the comment of the class. */
  readonly remarks: readonly string[];
}

/** The questions that the author of every migration answers in the comment of its class, in place of the dots. A test refuses remaining dots. */
export const QUESTIONS = [
  'WHY  …',
  'WHAT …',
  '',
  'LOCKS … (which tables, how strongly, how long). REVERSIBLE … (what goes with it; or IrreversibleMigration, and why).',
];

/** Returns whether the migration runs in one transaction. */
export function isTransactional({ up, down }: Pick<MigrationDraft, 'up' | 'down'>): boolean {
  return ![...up, ...down].some(({ alone }) => alone);
}

/** Writes the TypeScript of a migration, not formatted. */
export function renderMigration(draft: MigrationDraft): string {
  const { className, up, irreversibleBecause, remarks } = draft;
  const kind = irreversibleBecause === undefined ? 'ReversibleMigration' : 'IrreversibleMigration';
  const comment = [...QUESTIONS, ...remarks.flatMap((remark) => ['', ...wrapText(remark)])];
  return `import type { QueryRunner } from 'typeorm';
import type { ${kind} } from './migration.js';

/**
${comment.map((line) => ` * ${line}`.trimEnd()).join('\n')}
 */
export class ${className} implements ${kind} {
  readonly name = '${className}';
  readonly reversible = ${irreversibleBecause === undefined};
${isTransactional(draft) ? '' : '  readonly transaction = false;\n'}${formatReason(draft)}
  async up(queryRunner: QueryRunner): Promise<void> {
${renderCalls(up)}
  }

${renderDown(draft)}
}
`;
}

function formatReason({ irreversibleBecause: reason }: MigrationDraft): string {
  return reason === undefined ? '' : `  readonly irreversibleBecause = ${JSON.stringify(reason)};\n`;
}

function renderDown({ down, irreversibleBecause }: MigrationDraft): string {
  if (irreversibleBecause !== undefined) {
    return `  down(): Promise<never> {\n    return Promise.reject(new Error(this.irreversibleBecause));\n  }`;
  }
  return `  async down(queryRunner: QueryRunner): Promise<void> {\n${renderCalls(down)}\n  }`;
}

function renderCalls(steps: readonly Step[]): string {
  return steps.map(({ sql }) => `    await queryRunner.query(\`${renderSql(sql)}\`);`).join('\n');
}

/** Writes SQL inside a template literal. Several lines are indented, unless a string literal spans them. */
function renderSql(sql: string): string {
  const text = sql.replaceAll(/[\\`]|\$\{/g, '\\$&');
  const isOneLiteral = tokenize(sql).some(({ kind, text }) => kind === 'string' && text.includes('\n'));
  return text.includes('\n') && !isOneLiteral ? `\n      ${text.replaceAll('\n', '\n      ')}\n    ` : text;
}

/** Splits a text into lines of at most 120 characters, comment prefix included. */
function wrapText(text: string): string[] {
  return text.match(/.{1,116}(?:\s|$)/g)?.map((line) => line.trimEnd()) ?? [];
}
