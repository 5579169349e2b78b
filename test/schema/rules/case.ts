/** A change of a migrated database, and all findings that it causes: `rule object`. */
type Planted = readonly [sql: string, finds: readonly string[]];

interface RuleCases {
  /** Changes that violate the rule. */
  readonly broken: readonly Planted[];
  /** Similar changes that violate no rule. */
  readonly fine: readonly string[];
}

/** Cases by the id of the rule. */
export type CasesByRule = Readonly<Record<string, RuleCases>>;

/** Returns SQL for a table that violates no rule, with additional columns. */
export function table(name: string, columns = ''): string {
  return `CREATE TABLE ${name} (
    id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_${name} PRIMARY KEY,
    created_at timestamptz(3) NOT NULL DEFAULT now(), updated_at timestamptz(3) NOT NULL DEFAULT now()${columns && `, ${columns}`});
  ${commented(name)}`;
}

/** Returns SQL for comments on a table and all of its columns. */
export function commented(name: string): string {
  return `COMMENT ON TABLE ${name} IS 'Why?';
  DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT attname FROM pg_attribute WHERE attrelid = '${name}'::regclass AND attnum > 0 LOOP
      EXECUTE format('COMMENT ON COLUMN ${name}.%I IS %L', name, 'What it means.');
    END LOOP;
  END $$`;
}

/** Returns SQL for a new column with a comment. */
export function column(of: string, name: string, definition: string): string {
  return `ALTER TABLE ${of} ADD COLUMN ${name} ${definition}; COMMENT ON COLUMN ${of}.${name} IS 'What it means.'`;
}
