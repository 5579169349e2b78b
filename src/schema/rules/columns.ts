import type { ColumnFacts } from './catalog.js';
import type { Rule } from './rule.js';

/** Types that nobody should use, with what to use instead. Time stamps have a rule of their own. */
const UNWANTED: readonly (readonly [type: RegExp, problem: string, instead: string])[] = [
  [/^real\b/, 'is real, which reads 0.82 back as 0.81999999', 'double precision'],
  [/^money\b/, 'is money, whose meaning depends on a setting of the server', 'an integer of cents'],
  [/^json\b/, 'is json, which keeps the text, has no equality and no useful index', 'jsonb'],
  [/^(character(\(|\b(?! varying))|bpchar|"char")/, 'is padded with blanks', 'text with a CHECK of its length'],
];

export const columnTypes: Rule = {
  id: 'column-types',
  reason: 'PostgreSQL keeps these types for the sake of old schemas only',
  check: ({ columns }) =>
    columns.flatMap((column) =>
      objections(column).map(([problem, instead]) => ({
        object: `${column.table}.${column.name}`,
        problem,
        remedy: `use ${instead}`,
      })),
    ),
};

export const comments: Rule = {
  id: 'comments',
  reason: 'whoever reads the database in psql has no other documentation at hand',
  check: ({ tables, columns }) => [
    ...tables
      .filter(({ comment }) => isBlank(comment))
      .map(({ path }) => ({
        object: `table ${path}`,
        problem: 'has no comment',
        remedy: 'say in the comment of the entity which question it answers, run docs:generate',
      })),
    ...columns
      .filter(({ comment }) => isBlank(comment))
      .map(({ table, name }) => ({
        object: `${table}.${name}`,
        problem: 'has no comment',
        remedy: 'say in the comment of the property what it means, run docs:generate',
      })),
  ],
};

function objections({ type, default: value }: ColumnFacts): (readonly [problem: string, instead: string])[] {
  const found = UNWANTED.filter(([pattern]) => pattern.test(type)).map(
    ([, problem, instead]) => [problem, instead] as const,
  );
  const serial = value?.startsWith('nextval(') ?? false;
  return serial
    ? [...found, ['is serial: its sequence has rights and an owner of its own', '@Id(), which is a uuid']]
    : found;
}

function isBlank(comment: string | null): boolean {
  return comment === null || comment.trim() === '';
}
