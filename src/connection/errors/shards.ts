/** What Citus adds to the names of tables, constraints and triggers of a schema that it distributes: `posts_102098`. */
const SHARD = /_\d+$/;

/** Where the name would become longer than PostgreSQL's 63 bytes, it is cut and followed by a hash and the shard. */
const CUT = /^(?=.{63}$)(.+)_[0-9a-f]{8}_\d+$/;

/**
 * The name that a name with a shard stands for.
 *
 * @param names of everything it may stand for
 * @returns undefined when it stands for none of them, or is one of them itself
 */
export function nameWithoutShard(name: string, names: readonly string[]): string | undefined {
  if (!SHARD.test(name) || names.includes(name)) return undefined;
  const plain = name.replace(SHARD, '');
  if (names.includes(plain)) return plain;
  const beginning = CUT.exec(name)?.[1];
  const possible = beginning === undefined ? [] : names.filter((one) => one.startsWith(beginning));
  return possible.length === 1 ? possible[0] : undefined;
}

interface NamedFields {
  readonly table?: unknown;
  readonly constraint?: unknown;
}

/**
 * The fields of an error of PostgreSQL with the names of table, constraint and trigger as they are without shards.
 *
 * @param describe says what a constraint is, also by its name with a shard
 */
export function withoutShard<Fields extends NamedFields>(
  fields: Fields,
  describe: (constraint: string) => { readonly name?: string; readonly table: string } | undefined,
): Fields {
  const { table, constraint } = fields;
  const known = typeof constraint === 'string' ? describe(constraint) : undefined;
  if (known?.name !== undefined) return replaceNames(fields, { table: known.table, constraint: known.name });
  if (typeof table !== 'string' || !SHARD.test(table)) return fields;
  const plain = table.replace(SHARD, '');
  // A table is ours when its primary key is.
  if (describe(`pk_${table}`)?.table === table || describe(`pk_${plain}`)?.table !== plain) return fields;
  const trigger = typeof constraint === 'string' && constraint.startsWith('tg_');
  return replaceNames(fields, { table: plain, ...(trigger ? { constraint: constraint.replace(SHARD, '') } : {}) });
}

/** Not a copy: the message of an error is not among the properties that a copy takes. */
function replaceNames<Fields extends NamedFields>(fields: Fields, names: NamedFields): Fields {
  return Object.assign(Object.create(fields) as Fields, names);
}
