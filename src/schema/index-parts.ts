/** What `pg_get_indexdef` says, part by part: `columns`, `WHERE`, `INCLUDE`…; what is not said is absent. */
export function indexParts(definition: string): Record<string, string> {
  const head = /^CREATE (UNIQUE )?INDEX (?:"(?:[^"]|"")*"|[^\s"]+) ON (.+?) USING (\w+) (?=\()/.exec(definition);
  if (head === null) return { definition };
  const [start, unique, table = '', method = ''] = head;
  const [columns, rest] = parenthesised(definition.slice(start.length));
  const parts: Record<string, string> = { table, method, columns };
  if (unique !== undefined) parts.uniqueness = 'UNIQUE';
  return addClauses(parts, rest) ? parts : { definition };
}

/** Adds what follows the columns; false when there is something we do not know. */
function addClauses(parts: Record<string, string>, clauses: string): boolean {
  let rest = clauses;
  while (rest !== '') {
    const [clause, word = ''] = /^ (INCLUDE|NULLS NOT DISTINCT|WITH|WHERE) ?/.exec(rest) ?? [];
    if (clause === undefined) return false;
    rest = rest.slice(clause.length);
    if (word === 'WHERE') {
      parts.WHERE = rest;
      return true;
    }
    if (word === 'NULLS NOT DISTINCT') {
      parts.nulls = 'NOT DISTINCT';
      rest = rest === '' ? '' : ` ${rest}`;
    } else {
      [parts[word], rest] = parenthesised(rest);
    }
  }
  return true;
}

/** Cuts after the parenthesis that closes the first one; those in texts and quoted names do not count. */
function parenthesised(text: string): [inside: string, rest: string] {
  let depth = 0;
  for (const match of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (match[0] === '(') depth += 1;
    if (match[0] !== ')') continue;
    depth -= 1;
    if (depth === 0) return [text.slice(0, match.index + 1), text.slice(match.index + 1)];
  }
  return [text, ''];
}
