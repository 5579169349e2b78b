import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const FILE = resolve('src/migrations/1-planted.ts');

/** What the compiler says of a migration in src/migrations with these members, listed as the real ones are. */
function errorsOf(members: string): string[] {
  const source = `
    import type { QueryRunner } from 'typeorm';
    import type { MigrationClass } from './migration.js';
    class Planted {
      readonly name = 'Planted';
      async up(queryRunner: QueryRunner): Promise<void> { await queryRunner.query(''); }
      ${members}
    }
    export const LIST: readonly MigrationClass[] = [Planted];`;
  const host = ts.createCompilerHost(options, true);
  const real = ts.createCompilerHost(options, true);
  host.fileExists = (file) => file === FILE || real.fileExists(file);
  host.getSourceFile = (file, target) => {
    if (file === FILE) return ts.createSourceFile(file, source, target, true);
    const known = parsed.get(file) ?? real.getSourceFile(file, target);
    parsed.set(file, known);
    return known;
  };
  const program = ts.createProgram([FILE], options, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(FILE))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const { compilerOptions } = ts.readConfigFile('tsconfig.json', (file) => ts.sys.readFile(file)).config as {
  compilerOptions: Record<string, unknown>;
};
// Without Node's types, which no migration needs: half the time.
const { options } = ts.convertCompilerOptionsFromJson({ ...compilerOptions, types: [] }, resolve('.'));
const parsed = new Map<string, ts.SourceFile | undefined>();

const DOWN = 'async down(queryRunner: QueryRunner): Promise<void> { await queryRunner.query(""); }';
const REFUSED_DOWN = 'down(): Promise<never> { return Promise.reject(new Error(this.irreversibleBecause)); }';

describe('the list of migrations', () => {
  it.each([
    ['reversible', `readonly reversible = true; ${DOWN}`],
    ['reversible and outside a transaction', `readonly reversible = true; readonly transaction = false; ${DOWN}`],
    [
      'irreversible, with its reason',
      `readonly reversible = false; readonly irreversibleBecause = 'x'; ${REFUSED_DOWN}`,
    ],
  ])('accepts a migration that is %s', (_, members) => {
    expect(errorsOf(members)).toEqual([]);
  });

  it.each([
    ['that says nothing', DOWN, /is missing the following properties .*: reversible,/],
    ['that may change its mind', `reversible = true; ${DOWN}`, /'irreversibleBecause' is missing/],
    ['that is irreversible without a reason', `readonly reversible = false; ${DOWN}`, /'irreversibleBecause'/],
    [
      'that is irreversible and has a way back',
      `readonly reversible = false; readonly irreversibleBecause = 'x'; ${DOWN}`,
      /Type 'void' is not assignable to type 'never'/,
    ],
    ['without a way back', 'readonly reversible = true;', /Property 'down' is missing/],
  ])('does not compile with a migration %s', (_, members, reason) => {
    expect(errorsOf(members)).toEqual([expect.stringMatching(reason)]);
  });
});
