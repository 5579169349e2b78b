import type { Catalog, ColumnFacts, ConstraintFacts } from './catalog.js';
import type { Rule } from './rule.js';

export const primaryKeys: Rule = {
  id: 'primary-keys',
  reason: 'without a primary key a row cannot be named, by us or by replication',
  check: ({ tables, constraints }) =>
    tables
      .filter(({ path }) => !constraints.some(({ table, kind }) => kind === 'p' && table === path))
      .map(({ path }) => ({ object: `table ${path}`, problem: 'has no primary key', remedy: '@Id() id' })),
};

export const validConstraints: Rule = {
  id: 'valid-constraints',
  reason: 'a constraint that was never validated, or whose triggers are off, promises what the rows do not keep',
  check: ({ constraints }) =>
    constraints
      .filter(({ validated, enforced }) => !validated || !enforced)
      .map(({ table, name, sql, validated }) => ({
        object: `${table} ${name}`,
        problem: validated ? 'is not enforced: its triggers are disabled' : 'is not validated: older rows may break it',
        remedy: validated
          ? `ALTER TABLE ${table} ENABLE TRIGGER ALL, and look for rows that came in meanwhile`
          : `ALTER TABLE ${table} VALIDATE CONSTRAINT ${sql}`,
      })),
};

/** The sign for `value op column`, turned to `column op value`. */
const TURNED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

export const boundedFloats: Rule = {
  id: 'bounded-floats',
  reason: 'PostgreSQL sorts NaN above every number, so a bound from below alone lets NaN and Infinity in',
  check: (catalog) =>
    catalog.columns
      .filter(({ type }) => /^(double precision|real|numeric)[^[]*$/.test(type))
      .flatMap((column) => {
        const missing = missingBounds(column, catalog);
        if (missing.length === 0) return [];
        return [
          {
            object: `${column.table}.${column.name}`,
            problem: `has no CHECK that bounds it from ${missing.join(' and ')}`,
            remedy: '@Score(), @Ratio() or another word of src/columns/numbers.ts',
          },
        ];
      }),
};

function missingBounds(column: ColumnFacts, { constraints }: Catalog): string[] {
  const bounds = constraints
    .filter(({ table, columns: [only, ...others] }) => table === column.table && only === column.name && !others.length)
    .flatMap((constraint) => boundsOf(constraint, column));
  return ['below', 'above'].filter((side) => !bounds.includes(side));
}

/** From where a CHECK over this column alone bounds it. Alternatives bound nothing, but for "null, or …". */
function boundsOf({ expression }: ConstraintFacts, { sql }: ColumnFacts): string[] {
  const text = (expression ?? '').replace(`(${sql} IS NULL) OR `, '');
  if (/\b(OR|NOT|CASE|COALESCE)\b/.test(text)) return [];
  const value = String.raw`((?:\((?:\([^()]*\)|[^()])*\)|[^()])*?)`;
  const column = sql.replaceAll(/[^\w]/g, '\\$&');
  const after = text.matchAll(new RegExp(String.raw`\(${column} ([<>]=?) ${value}\)`, 'g'));
  const before = text.matchAll(new RegExp(String.raw`\(${value} ([<>]=?) ${column}\)`, 'g'));
  return [
    ...Array.from(after, ([, sign = '', bound = '']) => sideOf(sign, bound)),
    ...Array.from(before, ([, bound = '', sign = '']) => sideOf(TURNED[sign] ?? '', bound)),
  ].flatMap((side) => side ?? []);
}

/** `<= 'Infinity'` lets Infinity in, `< 'Infinity'` does not; NaN bounds nothing. */
function sideOf(sign: string, bound: string): string | undefined {
  if (bound.includes('NaN') || (sign.endsWith('=') && bound.includes('Infinity'))) return undefined;
  return sign.startsWith('<') ? 'above' : 'below';
}
