import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import ts from 'typescript';

/** An entity class as it is written. */
export interface EntitySource {
  /** From the root of the repository: `src/entities/core/post.entity.ts`. */
  readonly file: string;
  /** The folder the file is in: `core`. */
  readonly area: string;
  readonly name: string;
  readonly node: ts.ClassDeclaration;
}

/** Every entity class, in the order of files and lines. */
export function readEntitySources(): EntitySource[] {
  return ts.sys
    .readDirectory('src/entities', ['.entity.ts'])
    .sort()
    .flatMap((file) => {
      const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true);
      return tree.statements
        .filter((node) => ts.isClassDeclaration(node))
        .flatMap((node) => (node.name ? [{ file, area: basename(dirname(file)), name: node.name.text, node }] : []));
    });
}
