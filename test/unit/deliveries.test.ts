import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { fromReddit, fromThreads, fromX, readDeliveries } from '../e2e/platforms.js';
import type { SightedAuthor, SightedPost, ThreadsPage, XPage } from '../e2e/platforms.js';

const FOLDER = fileURLToPath(new URL('../e2e/posts/', import.meta.url));
const FILES = ['x.json', 'reddit.json', 'threads.json'];
const KEYWORDS = ['hangover', 'hungover', 'headache', 'nausea', 'electrolytes', 'never drinking again'];

const { posts, skipped } = readDeliveries();
const of = (platform: SightedPost['platform']) => posts.filter((post) => post.platform === platform);
const chars = (text: string) => Array.from(text).length;
const astral = (text: string) => Array.from(text).filter((char) => char.length === 2).length;
const matching = (pattern: RegExp) => posts.filter((post) => pattern.test(post.content));
const authorKey = (author: SightedAuthor) => `${author.platform} ${author.platformId}`;
const postKey = (post: SightedPost) => `${post.platform} ${post.platformPostId}`;
const handlesOf = (author: SightedAuthor) => [
  ...new Set(posts.filter((post) => authorKey(post.author) === authorKey(author)).map((post) => post.author.handle)),
];
function groups<T>(items: Iterable<T>, key: (item: T) => string): T[][] {
  const byKey = new Map<string, T[]>();
  for (const item of items) byKey.set(key(item), [...(byKey.get(key(item)) ?? []), item]);
  return [...byKey.values()].filter((group) => group.length > 1);
}
/** Groups of ids that differ in the last digit only and become one and the same floating-point number. */
const sameNumber = (ids: Iterable<string>) =>
  groups(ids, (id) => id.slice(0, -1)).filter((group) => new Set(group.map(Number)).size === 1);

describe('the 1,000 deliveries of the end-to-end test', () => {
  it('are what make.mjs makes, byte by byte, in less than 2 MB', () => {
    const fresh = mkdtempSync(join(tmpdir(), 'deliveries-'));
    try {
      execFileSync(process.execPath, [join(FOLDER, 'make.mjs'), fresh]);
      for (const file of FILES) {
        expect(readFileSync(join(FOLDER, file)).equals(readFileSync(join(fresh, file)))).toBe(true);
      }
    } finally {
      rmSync(fresh, { recursive: true });
    }
    expect(FILES.reduce((size, file) => size + statSync(join(FOLDER, file)).size, 0)).toBeLessThan(2_000_000);
  }, 30_000);

  it('are 500 of X, 300 of Reddit, 200 of Threads', () => {
    const counts = (platform: string) => [...posts, ...skipped].filter((post) => post.platform === platform).length;
    expect([counts('TWITTER'), counts('REDDIT'), counts('THREADS')]).toEqual([500, 300, 200]);
  });

  it('come in pages as the platforms cut them', () => {
    const pages = JSON.parse(readFileSync(join(FOLDER, 'x.json'), 'utf8')) as XPage[];
    for (const { data, meta } of pages) {
      const ids = data.map((post) => post.id).sort();
      expect(meta).toMatchObject({ newest_id: ids.at(-1), oldest_id: ids[0], result_count: data.length });
      expect(data.filter((post) => chars(post.text) > 280)).toEqual([]);
    }
    expect(pages.filter((page) => page.meta.next_token === undefined)).toHaveLength(10);
  });

  it('report, not guess, the posts whose author is gone', () => {
    const count = (platform: string) => skipped.filter((post) => post.platform === platform).length;
    expect(count('TWITTER')).toBeGreaterThanOrEqual(1);
    expect(count('REDDIT')).toBeGreaterThanOrEqual(5);
    expect(count('THREADS')).toBeGreaterThanOrEqual(1);
    expect(posts.filter((post) => /deleted|undefined/u.test(post.author.handle + post.author.platformId))).toEqual([]);
    const known = new Set(posts.map((post) => post.platformPostId));
    expect(skipped.filter((post) => known.has(post.platformPostId)).length).toBeGreaterThanOrEqual(1);
  });
});

describe('their posts', () => {
  it('fit the columns: 1 to 5,000 code points, ids of letters, digits, dash and underscore, no NUL, no lone surrogate', () => {
    const wrong = posts.filter(
      ({ content, platformPostId }) =>
        chars(content) < 1 ||
        chars(content) > 5000 ||
        content.includes('\0') ||
        /\p{Surrogate}/u.test(content) ||
        !/^[A-Za-z0-9_-]{1,100}$/u.test(platformPostId),
    );
    expect(wrong).toEqual([]);
  });

  it('were published in the three days before 1 November 2026', () => {
    const times = posts.map((post) => post.postedAt).sort();
    expect(times.filter((time) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u.test(time))).toEqual([]);
    expect(String(times[0]) >= '2026-10-29T00:00:00.000Z').toBe(true);
    expect(String(times.at(-1)) < '2026-11-01T00:00:00.000Z').toBe(true);
  });

  it('bring more than 40 of them again: unchanged, with newer metrics, or edited', () => {
    const changes = groups(posts, postKey).flatMap((group) =>
      group.flatMap((later, i) => {
        const earlier = group[i - 1];
        if (!earlier) return [];
        expect(authorKey(later.author)).toBe(authorKey(earlier.author));
        expect(later.postedAt).toBe(earlier.postedAt);
        for (const [name, value] of Object.entries(earlier.metrics)) {
          expect(later.metrics[name]).toBeGreaterThanOrEqual(value);
        }
        if (later.content !== earlier.content) return 'edited';
        return JSON.stringify(later.metrics) === JSON.stringify(earlier.metrics) ? 'unchanged' : 'newer metrics';
      }),
    );
    expect(changes.length).toBeGreaterThanOrEqual(40);
    for (const kind of ['edited', 'unchanged', 'newer metrics']) {
      expect(changes.filter((change) => change === kind).length).toBeGreaterThanOrEqual(10);
    }
  });

  it('hold texts of exactly 5,000 code points, some of them nearly all outside the BMP', () => {
    const long = posts.filter((post) => chars(post.content) === 5000);
    expect(new Set(long.map(postKey)).size).toBeGreaterThanOrEqual(10);
    expect(long.filter((post) => astral(post.content) > 4900).length).toBeGreaterThanOrEqual(4);
    expect(new Set(long.map((post) => post.platform))).toEqual(new Set(['TWITTER', 'REDDIT']));
  });

  it('hold texts of one character on every platform', () => {
    const short = posts.filter((post) => chars(post.content) === 1);
    expect(short.length).toBeGreaterThanOrEqual(20);
    expect(new Set(short.map((post) => post.platform)).size).toBe(3);
  });

  it.each([
    ['an emoji family joined by ZWJ', /\u{1F468}\u200d\u{1F469}\u200d\u{1F467}\u200d\u{1F466}/u],
    ['flags', /[\u{1F1E6}-\u{1F1FF}]{2}/u],
    ['skin tones', /[\u{1F3FB}-\u{1F3FF}]/u],
    ['Arabic', /\p{Script=Arabic}/u],
    ['Hebrew', /\p{Script=Hebrew}/u],
    ['bidi marks', /[\u200e\u200f\u061c]/u],
    ['bidi embeddings, overrides and isolates', /[\u202a-\u202e\u2066-\u2069]/u],
    ['combining marks', /[\u0300-\u036f]/u],
    ['Chinese characters', /\p{Script=Han}/u],
    ['Chinese characters outside the BMP', /[\u{20000}-\u{2a6df}]/u],
    ['kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
    ['hangul', /\p{Script=Hangul}/u],
    ['hashtags', /#[\p{L}\p{N}_]+/u],
    ['mentions', /@\w+/u],
    ['line breaks and tabs', /\r?\n[^]*\t/u],
    ['line and paragraph separators', /\u2028[^]*\u2029/u],
    ['control characters', /\p{Cc}\[31m/u],
    ['quotes and backslashes', /"[^]*\\|\\[^]*"/u],
    ['a percent sign', /\d%/u],
    ['SQL', /'\); DROP TABLE posts; --/u],
    ['HTML', /<script>/u],
    ['placeholders', /\$1[^]*:id/u],
    ['NUL spelled out', /\\u0000/u],
    ["COPY's end mark and NULL", /^\\[.N]/u],
    ['the replacement character', /\ufffd/u],
    ['blanks at both ends', /^ [^]* $/u],
  ])('hold %s', (_, pattern) => {
    expect(matching(pattern).length).toBeGreaterThanOrEqual(2);
  });

  it('hold one word in two Unicode forms', () => {
    expect(matching(/cr\u00e8me/u).length).toBeGreaterThanOrEqual(1);
    expect(matching(/cre\u0300me/u).length).toBeGreaterThanOrEqual(1);
  });

  it('match each keyword often, and many match none', () => {
    const has = (post: SightedPost, keyword: string) => post.content.toLowerCase().includes(keyword);
    for (const keyword of KEYWORDS) {
      expect(posts.filter((post) => has(post, keyword)).length).toBeGreaterThanOrEqual(30);
    }
    const none = posts.filter((post) => !KEYWORDS.some((keyword) => has(post, keyword)));
    expect(none.length).toBeGreaterThanOrEqual(200);
    expect(new Set(posts.map((post) => post.content)).size).toBeGreaterThanOrEqual(700);
  });

  it('have ids of X of 19 digits, two of which are one floating-point number', () => {
    const ids = new Set(of('TWITTER').map((post) => post.platformPostId));
    expect([...ids].filter((id) => !/^\d{19}$/u.test(id))).toEqual([]);
    expect(sameNumber(ids)).toHaveLength(1);
  });

  it('have one id that two platforms use for different posts', () => {
    const threads = new Set(of('THREADS').map((post) => post.platformPostId));
    expect(
      new Set(
        of('TWITTER')
          .filter((post) => threads.has(post.platformPostId))
          .map(postKey),
      ).size,
    ).toBe(1);
  });

  it('have metrics by platform: six of X, votes of Reddit (some below zero), none of Threads', () => {
    const names = (platform: SightedPost['platform']) => [
      ...new Set(of(platform).flatMap((post) => Object.keys(post.metrics))),
    ];
    expect(names('TWITTER')).toEqual(['likes', 'replies', 'retweets', 'quotes', 'bookmarks', 'impressions']);
    expect(names('REDDIT')).toEqual(['upvotes', 'score', 'comments']);
    expect(names('THREADS')).toEqual([]);
    expect(of('REDDIT').some((post) => Number(post.metrics.score) < 0)).toBe(true);
    expect(posts.flatMap((post) => Object.values(post.metrics)).filter((value) => !Number.isInteger(value))).toEqual(
      [],
    );
  });
});

describe('their authors', () => {
  const authors = [...new Map(posts.map((post) => [authorKey(post.author), post.author])).values()];

  it('are about 200', () => {
    expect(authors.length).toBeGreaterThanOrEqual(190);
    expect(authors.length).toBeLessThanOrEqual(210);
  });

  it('have handles as their platform allows them, up to the edges', () => {
    const rule = { TWITTER: /^\w{1,15}$/u, REDDIT: /^[\w-]{3,20}$/u, THREADS: /^[\w.]{1,30}$/u };
    const all = posts.map((post) => post.author);
    expect(all.filter((author) => !rule[author.platform].test(author.handle))).toEqual([]);
    const lengths = (platform: string) => all.filter((a) => a.platform === platform).map((a) => a.handle.length);
    expect(Math.max(...lengths('TWITTER'))).toBe(15);
    expect([Math.min(...lengths('REDDIT')), Math.max(...lengths('REDDIT'))]).toEqual([3, 20]);
    expect(Math.max(...lengths('THREADS'))).toBe(30);
    expect(all.some((author) => author.platform === 'REDDIT' && author.handle.includes('-'))).toBe(true);
    expect(all.some((author) => author.platform === 'THREADS' && author.handle.includes('.'))).toBe(true);
  });

  it('share handle and id between X and Threads without being the same', () => {
    const pairs = (same: (a: SightedAuthor, b: SightedAuthor) => boolean) =>
      authors.filter((a) => a.platform === 'TWITTER' && authors.some((b) => b.platform === 'THREADS' && same(a, b)));
    expect(pairs((a, b) => a.handle === b.handle && a.platformId === b.platformId)).toHaveLength(1);
    expect(pairs((a, b) => a.handle === b.handle && a.platformId !== b.platformId)).toHaveLength(1);
  });

  it('rename themselves once, the later name last, and another takes the name that became free', () => {
    const renamed = authors.filter((author) => handlesOf(author).length > 1);
    expect(renamed.map((author) => handlesOf(author).length)).toEqual([2, 2]);
    const [first, second] = renamed.sort((a) => (a.handle === 'zelquifen_new' ? -1 : 1)).map(handlesOf);
    expect(first?.[1]).toBe('zelquifen_new');
    expect(second?.[1]).toBe(first?.[0]);
  });

  it('have ids of which two are one floating-point number', () => {
    const ids = authors.filter((author) => author.platform === 'TWITTER').map((author) => author.platformId);
    expect(ids.filter((id) => !/^\d{19}$/u.test(id))).toEqual([]);
    expect(sameNumber(ids)).toHaveLength(1);
  });

  it('have followers and a badge only on X: none, under and at 5,000, more than a million', () => {
    const followers = posts.filter((post) => post.platform === 'TWITTER').map((post) => post.author.followerCount);
    for (const edge of [0, 4999, 5000]) expect(followers).toContain(edge);
    expect(followers.some((count) => Number(count) > 1_000_000)).toBe(true);
    expect(authors.some((author) => author.isVerified)).toBe(true);
    const others = authors.filter((author) => author.platform !== 'TWITTER');
    expect(others.filter((a) => a.followerCount !== null || a.isVerified || a.displayName !== null)).toEqual([]);
  });
});

describe('the three readers', () => {
  it('give X the full text of a long post, and skip an author the page does not describe', () => {
    const counts = {
      retweet_count: 1,
      reply_count: 2,
      like_count: 3,
      quote_count: 4,
      bookmark_count: 5,
      impression_count: 6,
    };
    const post = {
      id: '1',
      text: 'a…',
      note_tweet: { text: 'ab' },
      author_id: '7',
      created_at: '2026-10-31T00:00:00.000Z',
    };
    const page: XPage = {
      data: [{ ...post, public_metrics: counts }],
      includes: { users: [] },
      meta: { newest_id: '1', oldest_id: '1', result_count: 1 },
    };
    expect(fromX(page)).toEqual([expect.objectContaining({ platform: 'TWITTER', platformPostId: '1' })]);
    const user = { id: '7', username: 'vik', name: 'Vik', verified: false, public_metrics: { followers_count: 0 } };
    const [sighted] = fromX({ ...page, includes: { users: [user] } });
    expect(sighted).toMatchObject({
      content: 'ab',
      metrics: { likes: 3, impressions: 6 },
      author: { followerCount: 0 },
    });
  });

  it('join title and text of a Reddit submission, leave a title alone, and take a comment as it is', () => {
    const data = { name: 't3_a', author: 'q-7', author_fullname: 't2_b', created_utc: 1793491200, ups: 1, score: 1 };
    const contents = fromReddit({
      kind: 'Listing',
      data: {
        after: null,
        children: [
          { kind: 't3', data: { ...data, title: 'T', selftext: 'S', num_comments: 0 } },
          { kind: 't3', data: { ...data, title: 'T', selftext: '', num_comments: 0 } },
          { kind: 't1', data: { ...data, body: 'B' } },
        ],
      },
    }).map((post) => 'content' in post && post.content);
    expect(contents).toEqual(['T\n\nS', 'T', 'B']);
  });

  it('read the time of Threads, whose zone has no colon', () => {
    const page: ThreadsPage = {
      data: [{ id: '1', text: 'x', username: 'a.b', owner: { id: '2' }, timestamp: '2026-10-31T05:42:03+0000' }],
      paging: { cursors: { before: '', after: '' } },
    };
    expect(fromThreads(page)).toEqual([expect.objectContaining({ postedAt: '2026-10-31T05:42:03.000Z', metrics: {} })]);
  });
});
