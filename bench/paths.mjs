/**
 * What do the paths of services cost beside the shortest way to do the same? One server, interleaved rounds, medians and ratios.
 *
 *     npm install && DATABASE_URL=postgres://… npm run paths
 *
 * The user must be allowed to create a database; it is dropped at the end.
 */
import { Author, createDataSource, DecisionRepository, Post, PostRepository } from '@shared/db';
import { runMigrations } from '@shared/db/migrations';
import { eq, gt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { boolean, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { DataSource } from 'typeorm';

const ROUNDS = 15;
const given = process.env.DATABASE_URL;
if (given === undefined) throw new Error('Set DATABASE_URL to a server where this user may create databases.');
const name = `bench_${process.pid}`;
const admin = new pg.Client({ connectionString: given });
await admin.connect();
await admin.query(`CREATE DATABASE ${name}`);
const url = Object.assign(new URL(given), { pathname: `/${name}` }).href;

const ours = createDataSource({ url, purpose: 'migrate', statementTimeoutMs: 0 });
await runMigrations(ours);
await ours.initialize();
const { namingStrategy, entities } = ours.options;
const plain = await new DataSource({ type: 'postgres', url, entities, namingStrategy }).initialize();
const client = new pg.Client({ connectionString: url });
await client.connect();

// 20,000 authors, 300,000 posts, each with a decision.
await client.query(`INSERT INTO authors (platform, platform_id, handle)
  SELECT 'TWITTER', n, 'runner_' || n FROM generate_series(1, 20000) n`);
await client.query(`INSERT INTO posts (platform, platform_post_id, author_id, content, detected_at, keyword_matches)
  SELECT 'TWITTER', 'p_' || n, a.id, 'Two glasses too many last night, and today my head hurts. ' || n, now() - n * interval '2 s', '{head}'
  FROM generate_series(1, 300000) n JOIN authors a ON a.platform_id = (n % 20000 + 1)::text`);
await client.query(`INSERT INTO decisions (post_id, sss_score, ars_score, evs_score, trs_score, composite_score, mode, created_at)
  SELECT id, 0.5, 0.5, 1, 0.5, 0.5, 'HELPFUL', detected_at FROM posts`);
await client.query('VACUUM ANALYZE');

const authors = pgTable('authors', {
  id: uuid('id').primaryKey(),
  handle: text('handle'),
  followerCount: integer('follower_count'),
});
const posts = pgTable('posts', {
  id: uuid('id').primaryKey(),
  platform: text('platform'),
  platformPostId: text('platform_post_id'),
  content: text('content'),
  detectedAt: timestamp('detected_at', { withTimezone: true }),
  processedAt: timestamp('processed_at', { withTimezone: true }),
  keywordMatches: text('keyword_matches').array(),
  spamFiltered: boolean('spam_filtered'),
  authorId: uuid('author_id'),
});
const drizzled = drizzle(client);

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Runs two ways in turn and prints the ratio of their medians. */
async function compare(title, first, second, repeat = 1) {
  const times = [[], []];
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [place, way] of [first, second].entries()) {
      const begin = performance.now();
      for (let n = 0; n < repeat; n += 1) await way();
      if (round >= 0) times[place].push((performance.now() - begin) / repeat);
    }
  }
  const [a, b] = times.map(median);
  console.log(
    `${title.padEnd(64)} ${a.toFixed(3).padStart(8)} ms ${b.toFixed(3).padStart(8)} ms  ${(a / b).toFixed(2)} x`,
  );
}

let count = 0;
const next = () => (count += 1);
const sighting = (n) => ({
  ...{
    platform: 'TWITTER',
    platformPostId: `one_${n}`,
    content: `My head hurts ${n}`,
    detectedAt: new Date(),
    keywordMatches: ['head'],
  },
  author: { platformId: String((n % 20000) + 1), handle: `runner_${(n % 20000) + 1}` },
});
const RAW = `WITH author AS (
    INSERT INTO authors (platform, platform_id, handle) VALUES ($1, $2, $3)
    ON CONFLICT (platform, platform_id) DO UPDATE SET handle = excluded.handle RETURNING id)
  INSERT INTO posts (platform, platform_post_id, author_id, content, detected_at, keyword_matches)
  SELECT $1, $4, id, $5, $6, $7 FROM author
  ON CONFLICT (platform, platform_post_id) DO UPDATE SET content = excluded.content RETURNING id`;

const repository = PostRepository.of(ours);
const decisions = DecisionRepository.of(ours);
const since = new Date(Date.now() - 7 * 86_400_000);
const deep = { id: '00000000-0000-0000-0000-000000000000' };
const {
  rows: [{ at }],
} = await client.query("SELECT min(created_at) + interval '100 s' AS at FROM decisions");
const cursor = Buffer.from(JSON.stringify(['listPage', at.toISOString(), deep.id])).toString('base64url');
const newPosts = (size) =>
  Array.from({ length: size }, () => {
    const n = next();
    return {
      platform: 'TWITTER',
      platformPostId: `many_${n}`,
      authorId: someAuthor,
      content: `My head hurts ${n}`,
      detectedAt: new Date(),
      keywordMatches: ['head'],
    };
  });
const {
  rows: [{ id: someAuthor }],
} = await client.query('SELECT id FROM authors LIMIT 1');

console.log(
  `${(await client.query('SHOW server_version')).rows[0].server_version}, Node ${process.version}, medians of ${ROUNDS} rounds: first, second, first / second`,
);
await compare(
  'one post: ingestOne / a statement by hand',
  () => repository.ingestOne(sighting(next())),
  () => {
    const { platform, author, platformPostId, content, detectedAt, keywordMatches } = sighting(next());
    return client.query(RAW, [
      platform,
      author.platformId,
      author.handle,
      platformPostId,
      content,
      detectedAt,
      keywordMatches,
    ]);
  },
  50,
);
await compare(
  '1,000 posts with authors: streamSince / Drizzle',
  async () => {
    await repository.streamSince(since).next();
  },
  () =>
    drizzled
      .select()
      .from(posts)
      .innerJoin(authors, eq(authors.id, posts.authorId))
      .where(gt(posts.detectedAt, since))
      .orderBy(posts.detectedAt)
      .limit(1000),
);
await compare(
  'page of 50 decisions: after 300,000 / first',
  () => decisions.listPage({ since: new Date(0) }, { after: cursor }),
  () => decisions.listPage({ since: new Date(0) }),
  5,
);
await compare(
  'TypeORM insert of 1 post: this package / plain',
  () => ours.getRepository(Post).insert(newPosts(1)[0]),
  () => plain.getRepository(Post).insert(newPosts(1)[0]),
  50,
);
await compare(
  'TypeORM insert of 500 posts: this package / plain',
  () => ours.getRepository(Post).insert(newPosts(500)),
  () => plain.getRepository(Post).insert(newPosts(500)),
);
await compare(
  'TypeORM findOneBy: this package / plain',
  () => ours.getRepository(Author).findOneBy({ id: someAuthor }),
  () => plain.getRepository(Author).findOneBy({ id: someAuthor }),
  50,
);
await compare(
  'TypeORM find of 500 posts: this package / plain',
  () => ours.getRepository(Post).find({ take: 500 }),
  () => plain.getRepository(Post).find({ take: 500 }),
);
await Promise.all([ours.destroy(), plain.destroy(), client.end()]);
await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
await admin.end();
