import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { sourceFiles } from './imports.js';

/** The files that may name the schema `public`, with the reason. All other SQL names no schema, or the schema that it gets as a parameter. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/connection/session-settings.ts': 'defines the default',
  'src/connection/variables.ts': 'documents the default',
  'src/schema/requirements.ts': 'a right that PostgreSQL itself grants on its schema public',
  'src/operations/lint/ast.ts': 'reads SQL of users, where public.posts and posts are the same table',
};

/** Returns every string of a file and every literal part of its templates, without comments. */
function textsOf(file: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node)
    ) {
      texts.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true));
  return texts;
}

const NAMES_PUBLIC = /\bpublic"?\.|"public"|\bSCHEMA public\b|^public$/;

describe('the schema name public', () => {
  it('occurs only in the source files that are listed here with a reason', () => {
    const found = sourceFiles().filter((file) => textsOf(file).some((text) => NAMES_PUBLIC.test(text)));
    expect(found.sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  it.each(['SELECT 1 FROM public.posts', 'DROP TYPE "public"."platform"', 'ON SCHEMA public TO x', 'public'])(
    'is found in: %s',
    (text) => {
      expect(NAMES_PUBLIC.test(text)).toBe(true);
    },
  );
});
