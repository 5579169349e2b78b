import { tokenize } from '../../errors/sql-text.js';
import type { Snapshot } from '../catalog/snapshot.js';
import { unquoteName, quoteLocalName, type Step } from './draft.js';
import { listParts } from './tables.js';

/**
 * Why a change of catalog cannot be taken back exactly; undefined when it can. A column that was dropped comes back empty and as
 * the last of its table: that is the column it was only if it was the last, and may be empty or has a default.
 */
export function findIrreversibleReason(from: Snapshot, to: Snapshot): string | undefined {
  const lost = Object.entries(from.objects)
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
  if (lost.length === 0) return undefined;
  return `the values of ${lost.join(', ')} are gone, and PostgreSQL cannot put the column back in its place: restore a backup, or add it in a new migration.`;
}

/** A migration that is to be written. */
export interface MigrationDraft {
  readonly className: string;
  readonly up: readonly Step[];
  readonly down: readonly Step[];
  /** Why it cannot be taken back; then `down` is empty. */
  readonly irreversibleBecause: string | undefined;
  /** Sentences for its author, one paragraph each. */
  readonly remarks: readonly string[];
}

/** What the author of a migration has to say, in every migration; a test refuses what is left of the dots. */
export const QUESTIONS = [
  'WHY  …',
  'WHAT …',
  '',
  'LOCKS … (which tables, how strongly, how long). REVERSIBLE … (what goes with it; or IrreversibleMigration, and why).',
];

/** Whether it runs in one transaction. */
export function isTransactional({ up, down }: Pick<MigrationDraft, 'up' | 'down'>): boolean {
  return ![...up, ...down].some(({ alone }) => alone);
}

/** The TypeScript of a migration, not formatted. */
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

/** SQL inside a template literal; several lines are indented, unless a text goes over them. */
function renderSql(sql: string): string {
  const text = sql.replaceAll(/[\\`]|\$\{/g, '\\$&');
  const isOneLiteral = tokenize(sql).some(({ kind, text }) => kind === 'string' && text.includes('\n'));
  return text.includes('\n') && !isOneLiteral ? `\n      ${text.replaceAll('\n', '\n      ')}\n    ` : text;
}

/** Lines of no more than 120 characters. */
function wrapText(text: string): string[] {
  return text.match(/.{1,116}(?:\s|$)/g)?.map((line) => line.trimEnd()) ?? [];
}
