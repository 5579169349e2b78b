import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { MIGRATIONS_FOLDER, getModuleName, parseChecksums, updateChecksums } from '../../src/cli/migration-file.js';

export interface History {
  /** Texts of the migrations by file name: every file of the folder whose name begins with a digit. */
  readonly files: Readonly<Record<string, string>>;
  /** Text of index.ts. */
  readonly index: string;
  readonly checksums: ReturnType<typeof parseChecksums>;
}

/** The migration files, their list and their checksums. */
export function readHistory(root = '.'): History {
  const folder = join(root, MIGRATIONS_FOLDER);
  const names = readdirSync(folder).filter((name) => /^\d/.test(name));
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return {
    files: Object.fromEntries(names.map((name) => [name, text(name)])),
    index: text('index.ts'),
    checksums: parseChecksums(text('checksums.ts')),
  };
}

/** Lists the broken rules of the history, one sentence each. */
export function brokenRules(history: History): string[] {
  const migrations = Object.entries(history.files).map(([file, source]) => read(file, source));
  return [
    ...migrations.flatMap((migration) => [
      ...brokenNames(migration),
      ...brokenImports(migration),
      ...brokenComment(migration),
    ]),
    ...brokenList(history),
    ...brokenChecksums(history, migrations),
  ];
}

interface MigrationSource {
  readonly file: string;
  readonly tree: ts.SourceFile;
  /** The exported class; undefined unless there is exactly one. */
  readonly declaration: ts.ClassDeclaration | undefined;
  readonly className: string;
}

function read(file: string, source: string): MigrationSource {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2023, true);
  const exported = tree.statements.filter(
    (node) => ts.canHaveModifiers(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
  );
  const [only] = exported;
  const declaration = only && exported.length === 1 && ts.isClassDeclaration(only) ? only : undefined;
  return { file, tree, declaration, className: declaration?.name?.text ?? '' };
}

/** Checks that the file, the class and the recorded `name` agree. */
function brokenNames({ file, declaration, className }: MigrationSource): string[] {
  if (!declaration) return [`${file} exports something else than one class`];
  const recorded = declaration.members.find(
    (member) => ts.isPropertyDeclaration(member) && member.name.getText() === 'name',
  );
  const value = recorded && ts.isPropertyDeclaration(recorded) ? recorded.initializer : undefined;
  return [
    ...(`${getModuleName(className)}.ts` === file ? [] : [`${file} is not named after its class ${className}`]),
    ...(value && ts.isStringLiteral(value) && value.text === className
      ? []
      : [`${file}: its name is not '${className}', which is what databases record`]),
  ];
}

/**
 * Checks the imports: a migration may import only types of TypeORM and of migration.ts, which do not exist after compiling, and
 * older migrations. Everything else may change later.
 */
function brokenImports({ file, tree }: MigrationSource): string[] {
  const broken: string[] = [];
  const visit = (node: ts.Node): void => {
    const from = importedFrom(node);
    if (from !== undefined && !mayImport(file, node, from)) {
      broken.push(`${file} imports ${from}: it may import types of typeorm and ./migration.js, and older migrations`);
    }
    node.forEachChild(visit);
  };
  visit(tree);
  return broken;
}

/** Returns the module that a node imports; undefined when it is not an import. */
function importedFrom(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isExportDeclaration(node)) return node.moduleSpecifier && textOf(node.moduleSpecifier);
  if (ts.isImportTypeNode(node)) return textOf(node.argument);
  if (ts.isImportEqualsDeclaration(node)) return textOf(node.moduleReference);
  if (!ts.isCallExpression(node)) return undefined;
  const called = node.expression;
  const loads =
    called.kind === ts.SyntaxKind.ImportKeyword || /^(require|process\.getBuiltinModule)$/.test(called.getText());
  return loads ? textOf(node.arguments[0]) : undefined;
}

function textOf(node: ts.Node | undefined): string {
  return node?.getText().replaceAll(/^['"`]|['"`]$/g, '') ?? '';
}

function mayImport(file: string, node: ts.Node, from: string): boolean {
  if (!ts.isImportDeclaration(node)) return false;
  if (/^\.\/\d[^/]*\.js$/.test(from)) return basename(from) < file;
  return ['typeorm', './migration.js'].includes(from) && node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

const QUESTIONS = ['WHY', 'WHAT', 'LOCKS', 'REVERSIBLE'] as const;

/** Checks that the class comment states WHY, WHAT and the locks, without text of the template. */
function brokenComment({ file, declaration }: MigrationSource): string[] {
  const docs = declaration ? ts.getJSDocCommentsAndTags(declaration).filter((doc) => ts.isJSDoc(doc)) : [];
  const comment = ts.getTextOfJSDocComment(docs.at(-1)?.comment) ?? '';
  return QUESTIONS.flatMap((question) => {
    const answer = new RegExp(`\\b${question}\\b([^]*?)(?=\\b(?:${QUESTIONS.join('|')})\\b|$)`).exec(comment)?.[1];
    if (answer === undefined && question === 'REVERSIBLE') return [];
    if (answer === undefined) return [`${file}: its comment does not say ${question}`];
    if (answer.includes('…')) return [`${file}: the dots after ${question} wait for an answer`];
    const words = answer.match(/[\p{L}\p{N}_]+/gu) ?? [];
    const fewest = question === 'WHY' || question === 'WHAT' ? 3 : 0;
    return words.length < fewest ? [`${file}: what it says after ${question} is no answer`] : [];
  });
}

/** Checks that index.ts lists every file once in the order of the timestamps, and nothing else. */
function brokenList({ files, index }: History): string[] {
  const modules = Object.keys(files).map((file) => basename(file, '.ts'));
  const listed = listedIn(index);
  return [
    ...modules
      .filter((module) => !listed.some((one) => one.module === module))
      .map((module) => `index.ts does not list ${module}.ts`),
    ...listed.flatMap(({ name, module }, i) => {
      if (!modules.includes(module)) return [`index.ts lists ${name}, which has no file`];
      if (listed.findIndex((one) => one.module === module) < i) return [`index.ts lists ${name} twice`];
      const before = listed[i - 1];
      return before === undefined || timestampOf(before.module) < timestampOf(module)
        ? []
        : [`index.ts lists ${name} after ${before.name}, whose timestamp is not lower`];
    }),
  ];
}

/** Reads the list of index.ts, each class with the module it is imported from; empty when it is not imported. */
function listedIn(index: string): { name: string; module: string }[] {
  const modules = new Map<string, string>();
  let listed: string[] = [];
  ts.createSourceFile('index.ts', index, ts.ScriptTarget.ES2023, true).forEachChild((node) => {
    if (ts.isImportDeclaration(node)) {
      const names = node.importClause?.namedBindings;
      for (const { name } of names && ts.isNamedImports(names) ? names.elements : []) {
        modules.set(name.text, basename(textOf(node.moduleSpecifier), '.js'));
      }
    } else if (ts.isVariableStatement(node)) {
      const [list] = node.declarationList.declarations;
      const value = list?.name.getText() === 'MIGRATIONS' ? list.initializer : undefined;
      if (value && ts.isArrayLiteralExpression(value)) listed = value.elements.map((element) => element.getText());
    }
  });
  return listed.map((name) => ({ name, module: modules.get(name) ?? '' }));
}

/** Checks that released migrations are unchanged, new ones come after them, and the checksums are current. */
function brokenChecksums({ files, checksums }: History, migrations: readonly MigrationSource[]): string[] {
  const sources = new Map(migrations.map(({ file, className }) => [className, files[file] ?? '']));
  const released = Object.keys(checksums).filter((name) => checksums[name]?.release !== null);
  const newest = Math.max(0, ...released.map((name) => timestampOf(getModuleName(name))));
  const late = [...sources.keys()].filter(
    (name) => !released.includes(name) && timestampOf(getModuleName(name)) <= newest,
  );
  return [
    ...late.map((name) => `${name} is older than what was released: databases that have that would run it last`),
    ...staleChecksums(checksums, sources),
  ];
}

function staleChecksums(checksums: History['checksums'], sources: ReadonlyMap<string, string>): string[] {
  try {
    const current = updateChecksums(checksums, sources, null);
    const names = [...new Set([...Object.keys(current), ...Object.keys(checksums)])];
    return names
      .filter((name) => current[name]?.sha256 !== checksums[name]?.sha256)
      .map((name) => `the checksum of ${name} is out of date: run npm run docs:generate`);
  } catch (error) {
    return [error instanceof Error ? error.message : 'unknown'];
  }
}

function timestampOf(module: string): number {
  return Number(module.split('-', 1)[0]);
}
