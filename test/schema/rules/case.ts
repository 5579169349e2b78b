/** What somebody does to a migrated database, and every finding that follows: `rule object`. Of what is fine: none. */
type Planted = readonly [sql: string, finds: readonly string[]];

interface RuleCases {
  /** Each of them breaks the rule. */
  readonly broken: readonly Planted[];
  /** What comes close and is fine: no rule has anything against it. */
  readonly fine: readonly string[];
}

/** Cases by the id of the rule. */
export type CasesByRule = Readonly<Record<string, RuleCases>>;

/** A table that keeps every rule, but for what is added. */
export function table(name: string, columns = ''): string {
  return `CREATE TABLE ${name} (
    id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_${name} PRIMARY KEY,
    created_at timestamptz(3) NOT NULL DEFAULT now(), updated_at timestamptz(3) NOT NULL DEFAULT now()${columns && `, ${columns}`});
  ${commented(name)}`;
}

/** Comments on a table and all of its columns. */
export function commented(name: string): string {
  return `COMMENT ON TABLE ${name} IS 'Why?';
  DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT attname FROM pg_attribute WHERE attrelid = '${name}'::regclass AND attnum > 0 LOOP
      EXECUTE format('COMMENT ON COLUMN ${name}.%I IS %L', name, 'What it means.');
    END LOOP;
  END $$`;
}

/** A column with a comment. */
export function column(of: string, name: string, definition: string): string {
  return `ALTER TABLE ${of} ADD COLUMN ${name} ${definition}; COMMENT ON COLUMN ${of}.${name} IS 'What it means.'`;
}
