import { describe, expect, it } from '@jest/globals';
import { renderMigration, type MigrationDraft } from '../../../../src/operations/generator/source.js';

const DRAFT: MigrationDraft = {
  className: 'AddBio1795411800000',
  up: [{ sql: 'SELECT 1', alone: false }],
  down: [{ sql: 'SELECT 2', alone: false }],
  irreversibleBecause: undefined,
  remarks: [],
};

describe('the source of a generated migration', () => {
  it('keeps every character of a statement', () => {
    const sql = "SELECT E'\\u0020', `x`, '${y}'";
    expect(renderMigration({ ...DRAFT, up: [{ sql, alone: false }] })).toContain(
      "`SELECT E'\\\\u0020', \\`x\\`, '\\${y}'`",
    );
  });

  it('indents several lines, unless a string literal spans them', () => {
    const of = (sql: string): string => renderMigration({ ...DRAFT, up: [{ sql, alone: false }] });
    expect(of('SELECT 1;\nSELECT 2')).toContain('`\n      SELECT 1;\n      SELECT 2\n    `');
    expect(of("SELECT 'a\nb'")).toContain("`SELECT 'a\nb'`");
  });

  it('declares transaction = false when a statement of up or down needs its own transaction', () => {
    expect(renderMigration(DRAFT)).not.toContain('transaction');
    expect(renderMigration({ ...DRAFT, down: [{ sql: 'SELECT 2', alone: true }] })).toContain(
      'readonly transaction = false;',
    );
  });

  it('rejects in down with the reason when the migration is irreversible', () => {
    const source = renderMigration({ ...DRAFT, down: [], irreversibleBecause: 'the values are gone.' });
    expect(source).toContain('implements IrreversibleMigration');
    expect(source).toContain('irreversibleBecause = "the values are gone."');
    expect(source).toContain('return Promise.reject(new Error(this.irreversibleBecause));');
  });
});
