import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import ts from 'typescript';

/** The source of an entity class. */
export interface EntitySource {
  /** From the root of the repository: `src/entities/core/post.entity.ts`. */
  readonly file: string;
  /** The folder of the file: `core`. */
  readonly area: string;
  readonly name: string;
  readonly node: ts.ClassDeclaration;
}

/** Returns every entity class, in the order of files and lines. */
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
