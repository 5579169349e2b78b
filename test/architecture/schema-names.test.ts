import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { sourceFiles } from './imports.js';

/** Where a text of the source may name the schema `public`, and why. SQL that runs says no schema, or the one that it is given. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/connection/session-settings.ts': 'the default, in the one place',
  'src/connection/variables.ts': 'the page that documents the default',
  'src/schema/requirements.ts': 'a right that PostgreSQL itself gives on its own schema',
  'src/operations/lint/ast.ts': 'reads what others wrote: a name with public. is the same table as without',
};

/** Every text of a file: strings and the parts of templates, without comments. */
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

describe('the schema public', () => {
  it('is named by no text of the source but those that are listed, each with its reason', () => {
    const found = sourceFiles().filter((file) => textsOf(file).some((text) => NAMES_PUBLIC.test(text)));
    expect(found.sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  it.each(['SELECT 1 FROM public.posts', 'DROP TYPE "public"."platform"', 'ON SCHEMA public TO x', 'public'])(
    'would be found: %s',
    (text) => {
      expect(NAMES_PUBLIC.test(text)).toBe(true);
    },
  );
});
