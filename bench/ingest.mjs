/**
 * How fast can detected posts be stored with their authors? All ways write the same rows into the same tables of one server, in batches of
 * 1,000 with 10 % duplicates, in interleaved rounds; every second round finds all rows stored already. Only the first way validates.
 *
 *     npm install && DATABASE_URL=postgres://… npm run ingest [rows] [rounds]
 *
 * The user must be allowed to create a database; it is dropped at the end.
 */
import { once } from 'node:events';
import { createDataSource, PostRepository, Author, Post } from '@shared/db';
import { runMigrations } from '@shared/db/migrations';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { boolean, integer, jsonb, pgEnum, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { DataSource } from 'typeorm';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';

const [rows = 10_000, rounds = 6] = process.argv.slice(2).map(Number);
const BATCH = 1_000;
const given = process.env.DATABASE_URL;
if (given === undefined) throw new Error('Set DATABASE_URL to a server where this user may create databases.');

const name = `bench_${process.pid}`;
const admin = new pg.Client({ connectionString: given });
await admin.connect();
await admin.query(`CREATE DATABASE ${name}`);
const url = Object.assign(new URL(given), { pathname: `/${name}` }).href;

/** The sightings of a round: one in ten is seen twice, every author four times. */
function makeSightings() {
  return Array.from({ length: rows }, (_, place) => {
    const n = place % 10 === 9 ? place - 1 : place;
    const author = Math.floor(n / 4);
    return {
      platform: 'TWITTER',
      platformPostId: `post_${n}`,
      content: `Two glasses too many last night, and today my head hurts a lot. Any advice? Number ${n}, thank you all in advance!`,
      detectedAt: new Date(Date.UTC(2026, 0, 1) + n * 1_000),
      keywordMatches: ['head hurts', 'last night'],
      keywordCategories: ['direct_hangover'],
      rawMetrics: { likes: n % 100, replies: n % 7 },
      author: { platformId: `a${author}`, handle: `runner_${author}`, followerCount: author * 3 },
    };
  });
}

function* batchesOf(sightings) {
  for (let first = 0; first < sightings.length; first += BATCH) yield sightings.slice(first, first + BATCH);
}

/** Removes duplicates within a batch, which every way but ours must do by hand. */
function distinct(batch) {
  return {
    authors: [...new Map(batch.map(({ author }) => [author.platformId, author])).values()],
    posts: [...new Map(batch.map((sighting) => [sighting.platformPostId, sighting])).values()],
  };
}

const ours = createDataSource({ url, purpose: 'migrate', statementTimeoutMs: 0 });
await runMigrations(ours);
await ours.initialize();
const { namingStrategy, entities } = ours.options;
const plain = await new DataSource({ type: 'postgres', url, entities, namingStrategy, poolSize: 2 }).initialize();
const client = new pg.Client({ connectionString: url });
await client.connect();

const platform = pgEnum('platform', ['TWITTER', 'REDDIT', 'THREADS']);
const authorsTable = pgTable('authors', {
  id: uuid('id').primaryKey().defaultRandom(),
  platform: platform('platform').notNull(),
  platformId: text('platform_id').notNull(),
  handle: text('handle').notNull(),
  followerCount: integer('follower_count').notNull(),
});
const postsTable = pgTable('posts', {
  id: uuid('id').primaryKey().defaultRandom(),
  platform: platform('platform').notNull(),
  platformPostId: text('platform_post_id').notNull(),
  authorId: uuid('author_id').notNull(),
  content: text('content').notNull(),
  detectedAt: timestamp('detected_at', { withTimezone: true }).notNull(),
  keywordMatches: text('keyword_matches').array().notNull(),
  keywordCategories: text('keyword_categories').array().notNull(),
  rawMetrics: jsonb('raw_metrics'),
  spamFiltered: boolean('spam_filtered'),
});
const drizzled = drizzle(client);

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });

const ways = {
  async 'this package, validated'(sightings) {
    const ingest = PostRepository.of(ours).ingest(sightings);
    while (!(await ingest.next()).done);
  },
  async 'COPY and merge by hand'(sightings) {
    for (const batch of batchesOf(sightings)) await copyAndMerge(batch);
  },
  async 'TypeORM upsert'(sightings) {
    for (const batch of batchesOf(sightings)) {
      await plain.transaction(async (manager) => {
        const { authors, posts } = distinct(batch);
        const { identifiers } = await manager.upsert(
          Author,
          authors.map((author) => ({ ...author, platform: 'TWITTER' })),
          ['platform', 'platformId'],
        );
        const ids = new Map(authors.map(({ platformId }, index) => [platformId, identifiers[index].id]));
        await manager.upsert(
          Post,
          posts.map(({ author, ...post }) => ({ ...post, authorId: ids.get(author.platformId) })),
          ['platform', 'platformPostId'],
        );
      });
    }
  },
  async 'Drizzle upsert'(sightings) {
    for (const batch of batchesOf(sightings)) {
      await drizzled.transaction(async (tx) => {
        const { authors, posts } = distinct(batch);
        const found = await tx
          .insert(authorsTable)
          .values(authors.map((author) => ({ ...author, platform: 'TWITTER' })))
          .onConflictDoUpdate({
            target: [authorsTable.platform, authorsTable.platformId],
            set: { handle: sql`excluded.handle`, followerCount: sql`excluded.follower_count` },
          })
          .returning({ id: authorsTable.id, platformId: authorsTable.platformId });
        const ids = new Map(found.map(({ id, platformId }) => [platformId, id]));
        await tx
          .insert(postsTable)
          .values(
            posts.map(({ author, ...post }) => ({
              ...post,
              authorId: ids.get(author.platformId),
              spamFiltered: false,
            })),
          )
          .onConflictDoUpdate({
            target: [postsTable.platform, postsTable.platformPostId],
            set: { content: sql`excluded.content`, rawMetrics: sql`excluded.raw_metrics` },
          });
      });
    }
  },
  async 'Prisma createMany'(sightings) {
    for (const batch of batchesOf(sightings)) {
      await prisma.$transaction(async (tx) => {
        const { authors, posts } = distinct(batch);
        await tx.authors.createMany({
          data: authors.map(({ platformId, handle, followerCount }) => ({
            ...{ platform: 'TWITTER', platform_id: platformId, handle, follower_count: followerCount },
          })),
          skipDuplicates: true,
        });
        const found = await tx.authors.findMany({
          where: { platform: 'TWITTER', platform_id: { in: authors.map(({ platformId }) => platformId) } },
          select: { id: true, platform_id: true },
        });
        const ids = new Map(found.map(({ id, platform_id: key }) => [key, id]));
        await tx.posts.createMany({
          data: posts.map(({ author, ...post }) => ({
            ...{ platform: post.platform, platform_post_id: post.platformPostId, content: post.content },
            ...{ detected_at: post.detectedAt, keyword_matches: post.keywordMatches, raw_metrics: post.rawMetrics },
            ...{ keyword_categories: post.keywordCategories, author_id: ids.get(author.platformId) },
          })),
          skipDuplicates: true,
        });
      });
    }
  },
};

const COPY_COLUMNS =
  'platform, platform_post_id, content, detected_at, keyword_matches, keyword_categories, raw_metrics, platform_id, handle, follower_count';

/** What a careful hand writes: stage by COPY, insert missing authors, insert or update posts. */
async function copyAndMerge(batch) {
  await client.query('BEGIN');
  await client.query(`CREATE TEMP TABLE IF NOT EXISTS staged (platform platform, platform_post_id text, content text,
    detected_at timestamptz, keyword_matches text[], keyword_categories text[], raw_metrics jsonb, platform_id text, handle text,
    follower_count int) ON COMMIT DELETE ROWS`);
  const stream = client.query(copyFrom(`COPY staged (${COPY_COLUMNS}) FROM STDIN`));
  const escape = (text) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  const list = (items) => `{${items.map((item) => `"${item}"`).join(',')}}`;
  stream.end(
    batch
      .map(({ author, ...post }) =>
        [
          ...[post.platform, post.platformPostId, escape(post.content), post.detectedAt.toISOString()],
          ...[list(post.keywordMatches), list(post.keywordCategories), JSON.stringify(post.rawMetrics)],
          ...[author.platformId, author.handle, author.followerCount],
        ].join('\t'),
      )
      .join('\n') + '\n',
  );
  await once(stream, 'finish');
  await client.query(`INSERT INTO authors (platform, platform_id, handle, follower_count)
    SELECT DISTINCT ON (platform, platform_id) platform, platform_id, handle, follower_count FROM staged ORDER BY platform, platform_id
    ON CONFLICT (platform, platform_id) DO UPDATE SET handle = excluded.handle, follower_count = excluded.follower_count
    WHERE (authors.handle, authors.follower_count) IS DISTINCT FROM (excluded.handle, excluded.follower_count)`);
  await client.query(`INSERT INTO posts AS p (platform, platform_post_id, author_id, content, detected_at, keyword_matches, keyword_categories, raw_metrics)
    SELECT DISTINCT ON (s.platform, s.platform_post_id) s.platform, s.platform_post_id, a.id, s.content, s.detected_at, s.keyword_matches,
      s.keyword_categories, s.raw_metrics
    FROM staged s JOIN authors a ON a.platform = s.platform AND a.platform_id = s.platform_id ORDER BY s.platform, s.platform_post_id
    ON CONFLICT (platform, platform_post_id) DO UPDATE SET content = excluded.content, raw_metrics = excluded.raw_metrics
    WHERE p.processed_at IS NULL AND (p.content, p.raw_metrics) IS DISTINCT FROM (excluded.content, excluded.raw_metrics)`);
  await client.query('COMMIT');
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const sightings = makeSightings();
const times = { new: {}, known: {} };
for (let round = 0; round <= rounds; round += 1) {
  for (const [way, write] of Object.entries(ways)) {
    await client.query('TRUNCATE authors CASCADE');
    for (const kind of ['new', 'known']) {
      const begin = performance.now();
      await write(sightings);
      // The first round warms up.
      if (round > 0) (times[kind][way] ??= []).push(performance.now() - begin);
    }
    const {
      rows: [{ n }],
    } = await client.query('SELECT count(*)::int AS n FROM posts');
    if (n !== new Set(sightings.map(({ platformPostId }) => platformPostId)).size)
      throw new Error(`${way} stored ${n} posts.`);
  }
}
const {
  rows: [{ version }],
} = await client.query('SELECT version()');
console.log(`${version.split(' on ')[0]}, Node ${process.version}, ${rows} sightings, medians of ${rounds} rounds`);
for (const kind of ['new', 'known']) {
  const first = median(times[kind]['this package, validated']);
  for (const [way, all] of Object.entries(times[kind])) {
    const ms = median(all);
    console.log(
      `${kind.padEnd(6)} ${way.padEnd(26)} ${String(Math.round((rows / ms) * 1_000)).padStart(7)} rows/s  ${(ms / first).toFixed(2)} x the time of this package`,
    );
  }
}
await Promise.all([ours.destroy(), plain.destroy(), client.end(), prisma.$disconnect()]);
await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
await admin.end();
