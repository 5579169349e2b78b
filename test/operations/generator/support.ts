import vm from 'node:vm';
import ts from 'typescript';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/data-source.js';
import { lintMigrations } from '../../../src/operations/lint/lint.js';
import type { MigrationClass } from '../../../src/migrations/migration.js';
import type { Snapshot } from '../../../src/operations/catalog/snapshot.js';
import { snapshotReader } from '../../schema/drift/planting.js';

/** The catalog that a statement makes of a database, which stays as it is. */
export async function catalogWith(url: string, sql: string): Promise<Snapshot> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(sql);
    return await snapshotReader(client)();
  } finally {
    await client.end();
  }
}

/** A connected DataSource for as long as the work takes. */
export async function withDataSource<T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const dataSource = await createDataSource({ url, purpose: 'migrate', poolSize: 2 }).initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** The class of a generated file. */
export function compiled(source: string): MigrationClass {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: Record<string, MigrationClass> = {};
  vm.runInNewContext(outputText, { exports });
  const [Class] = Object.values(exports);
  if (Class === undefined) throw new Error('The file exports no class.');
  return Class;
}

/** The statements of one direction. */
export async function statementsOf(Class: MigrationClass, direction: 'down' | 'up'): Promise<string[]> {
  const statements: string[] = [];
  const recorder = { query: (sql: string) => Promise.resolve(void statements.push(sql)) };
  await new Class()[direction](recorder as never);
  return statements;
}

/** The rules of the lint that the migration breaks, each once. */
export async function lintFindings(Class: MigrationClass, url: string): Promise<string[]> {
  const { findings } = await lintMigrations({ migrations: [new Class()], dataSource: createDataSource({ url }) });
  return [...new Set(findings.map(({ rule }) => rule))].sort();
}
