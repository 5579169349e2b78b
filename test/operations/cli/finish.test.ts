import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runCli, type CliResult } from '../../support/cli.js';
import { useDatabase } from '../../support/database.js';
import { answerQuestions, copyProject, type ProjectCopy } from '../../support/project-copy.js';

jest.setTimeout(600_000);

const ENTITY = 'src/entities/competitive/competitor.entity.ts';
const PROPERTY = '  @CreatedAt() createdAt!: Date;\n';
const NEW_PROPERTY = `  /** What to keep in mind when it is mentioned. Null: nothing yet. */
  @Text({ max: 500, nullable: true }) guidance!: string | null;\n\n`;

describe('migration:finish', () => {
  const db = useDatabase();
  let project: ProjectCopy;
  const finish = (): Promise<CliResult> => project.runScript('migration:finish', { DATABASE_URL: db.url });
  const insertBefore = async (file: string, place: string, text: string): Promise<void> => {
    const source = await readFile(join(project.folder, file), 'utf8');
    expect(source).toContain(place);
    await writeFile(join(project.folder, file), source.replace(place, text + place));
  };

  beforeAll(async () => {
    project = await copyProject();
    await insertBefore(ENTITY, PROPERTY, NEW_PROPERTY);
    // npm run migration:generate does this before the command.
    expect(await project.runScript('docs:comments')).toMatchObject({ code: 0 });
    await project.build();
  });

  afterAll(() => project.remove());

  it('stops at an entity without its migration and says which command writes it', async () => {
    const { code, stdout, stderr } = await finish();
    expect({ code, stderr: stderr.trim().split('\n').at(-1) }).toEqual({
      code: 1,
      stderr:
        'error: Stopped at “entities against migrations”: Correct the migration or the entity; npm run migration:generate writes what is missing.',
    });
    expect(stdout).toMatch(/^ok {6}lint .*\n(.*\n)*FAILED {2}entities against migrations/m);
    expect(stdout).toContain('competitors.guidance is missing');
  });

  it('stops at a generated migration whose comment has no answers and names its file', async () => {
    const script = ['migration:generate', 'AddCompetitorGuidance'];
    expect(await project.run(script, { DATABASE_URL: db.url })).toMatchObject({ code: 0 });
    const { code, stderr } = await finish();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /error: Stopped at “comments of the migrations”: Answer WHY, WHAT, LOCKS and REVERSIBLE in the comment of src\/migrations\/\d+-add-competitor-guidance\.ts\.\n$/,
    );
  });

  it('lints, generates, tries, applies and checks the migration of a nullable column, with the time of each step', async () => {
    await answerQuestions(project.folder);
    const { code, stdout, stderr } = await finish();
    expect({ code, stderr: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, stderr: '' });
    expect([...stdout.matchAll(/^ok {6}(.{30}) +\d+\.\d s {2}/gm)].map(([, title = '']) => title.trim())).toEqual([
      'comments of the migrations',
      'lint',
      'entities against migrations',
      'snapshot and docs/reference',
      'up, down, up with sample rows',
      'rehearsal on a copy',
      'apply to the database',
      'check the database',
      'rules of the schema',
    ]);
    expect(stdout).toMatch(/up, down, up with sample rows .* \d{3,} rows\n/);
    expect(stdout).toMatch(/passed: 1 migration of \S+ applied, .*\n/);
    expect(await readFile(join(project.folder, 'docs/reference/tables/competitors.md'), 'utf8')).toContain('guidance');
    expect(await readFile(join(project.folder, 'src/schema/shipped-snapshot.ts'), 'utf8')).toContain(
      '"column competitors.guidance"',
    );
    const columns = await db.dataSource.query<object[]>(
      "SELECT FROM information_schema.columns WHERE table_name = 'competitors' AND column_name = 'guidance'",
    );
    expect(columns).toHaveLength(1);
  });

  it('refuses a production database and names a way out', async () => {
    await db.dataSource.query("UPDATE database_environment SET environment = 'production'");
    const { code, stderr } = await finish();
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: migration:finish works on development and test databases only, but .*\n$/);
  });

  it('shows every step in --help, with examples', async () => {
    const { code, stdout } = await runCli(['migration:finish', '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /9\. Validates the working database .*[^]*for this repository only[^]*Examples:\n {2}npm run migration:finish\n/,
    );
  });
});
