import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runCli, type CliResult } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { on, onServer, roleName, withUser } from '../../support/sql.js';

jest.setTimeout(60_000);

const WATCHER = roleName('validator');

describe('validate:schema', () => {
  const db = useDatabase();
  afterAll(() => onServer(`DROP ROLE IF EXISTS ${WATCHER}`));

  beforeAll(() =>
    onServer(
      `CREATE ROLE ${WATCHER} LOGIN PASSWORD 'hunter2'; ALTER ROLE ${WATCHER} SET default_transaction_read_only = on`,
    ),
  );

  const validate = (url: string, ...args: string[]): Promise<CliResult> =>
    runCli(['validate:schema', ...args], { env: { DATABASE_URL: url } });

  it('finds nothing in a migrated database, as a role that may only connect', async () => {
    const { code, stdout, stderr } = await validate(withUser(db.url, WATCHER, 'hunter2'));
    expect(stdout).toMatch(/^0 findings by \d+ rules, \d exceptions \(--json lists their reasons\); \S+\.\n$/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('prints under each broken rule its reason, the findings and their remedies, and exits 1', async () => {
    const url = await db.create();
    await on(
      url,
      `ALTER TABLE posts RENAME COLUMN content TO "rawContent";
       COMMENT ON COLUMN posts.detected_at IS NULL;
       COMMENT ON TABLE replies IS NULL;
       GRANT SELECT ON authors TO PUBLIC`,
    );
    const { code, stdout, stderr } = await validate(withUser(url, WATCHER, 'hunter2'));
    expect(stdout.replace(/; \S+\.\n$/, '')).toBe(
      `table-and-column-names: plural tables and snake_case columns need no quotation marks in SQL and are easy to guess.
  posts.rawContent is not named in snake_case. Remedy: ALTER TABLE posts RENAME COLUMN "rawContent" TO …
comments: the comment is the only documentation that psql shows.
  table replies has no comment. Remedy: write a comment on the entity that says what a row is, then run docs:generate
  posts.detected_at has no comment. Remedy: write a comment on the property that says what it means, then run docs:generate
public-grants: PUBLIC is every role of the server, including future ones, so that privileges are granted to single roles.
  grant SELECT ON TABLE authors TO PUBLIC gives every role a privilege. Remedy: REVOKE SELECT ON TABLE authors FROM PUBLIC
4 findings by 21 rules, 9 exceptions (--json lists their reasons)`,
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('prints each finding on one line, and quotes names that contain SQL', async () => {
    const url = await db.create();
    const name = '"x""; DROP TABLE posts; --\n\x1b[31m"';
    await on(
      url,
      `COMMENT ON TABLE archetypes IS NULL; ALTER TABLE archetypes RENAME TO ${name};
       ALTER TABLE posts ADD ${name} uuid CONSTRAINT fk REFERENCES authors ON DELETE CASCADE`,
    );
    const { code, stdout } = await validate(url);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.filter((line) => !/^( {2}.+\. Remedy: .+|[a-z-]+: .+\.|\d+ findings .+\.)$/.test(line))).toEqual([]);
    expect(stdout).not.toContain('\x1b');
    expect(stdout).toContain(
      'CREATE INDEX CONCURRENTLY "ix_posts__x""; DROP TABLE posts; -- [31m" ON posts ("x""; DROP TABLE posts; -- [31m")',
    );
    expect(stdout).toContain('ALTER TABLE posts RENAME CONSTRAINT fk TO "fk_posts__x""; DROP TABLE posts; -- [31m"');
    expect(code).toBe(1);
  });

  it('prints the rules, the findings and the exceptions with --json', async () => {
    const { code, stdout } = await validate(await db.create({ bare: true }), '--json');
    const report = JSON.parse(stdout) as { findings: { rule: string }[] };
    expect(report).toMatchObject({
      valid: false,
      rules: expect.arrayContaining([
        'table-and-column-names',
        'delete-rules',
        'timestamp-defaults',
        'required-indexes',
      ]),
      findings: expect.arrayContaining([
        {
          rule: 'required-indexes',
          reason: expect.any(String),
          object: 'decisions (created_at)',
          problem: 'has no index on all rows',
          remedy: 'CREATE INDEX CONCURRENTLY ix_decisions__created_at ON decisions (created_at)',
        },
      ]),
      excused: [
        { rule: 'public-grants', object: 'grant USAGE ON SCHEMA public TO PUBLIC', reason: expect.any(String) },
      ],
    });
    expect(new Set(report.findings.map(({ rule }) => rule))).toEqual(new Set(['required-indexes', 'delete-rules']));
    expect(code).toBe(1);
  });

  it('exits 2 and names the catalog that the role may not read', async () => {
    const url = await db.create();
    await on(url, 'REVOKE SELECT ON pg_constraint FROM PUBLIC');
    const { code, stdout, stderr } = await validate(withUser(url, WATCHER, 'hunter2'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'error: This role cannot read pg_constraint, which the validation needs: run GRANT SELECT ON pg_constraint, or use another role.\n',
    );
  });

  it.each([
    [['validate:schema'], 'postgres://someone:hunter2@127.0.0.1:1/antone', 'no server listens on this host and port'],
    [['validate:schema', '--fix'], 'postgres://127.0.0.1:1/antone', "unknown option '--fix'"],
    [['validate:schema', 'posts'], 'postgres://127.0.0.1:1/antone', 'too many arguments'],
  ])('exits 2 if the validation cannot be done: %j on %s', async (args, url, reason) => {
    const { code, stdout, stderr } = await runCli(args, { env: { DATABASE_URL: url } });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('hunter2');
  });
});
