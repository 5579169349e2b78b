/**
 * Reads what X, Reddit and Threads deliver into one neutral shape. Stands for the stream monitor, which is not part of this
 * package: nothing in here knows the database.
 */
import { readFileSync } from 'node:fs';

type SightedPlatform = 'TWITTER' | 'REDDIT' | 'THREADS';

export interface SightedAuthor {
  platform: SightedPlatform;
  /** Opaque: X's numbers are larger than a JavaScript number can hold. */
  platformId: string;
  handle: string;
  displayName: string | null;
  /** Null: the platform does not say. Zero: it says zero. */
  followerCount: number | null;
  isVerified: boolean;
}

export interface SightedPost {
  platform: SightedPlatform;
  /** Reddit keeps its prefix (t3_ submission, t1_ comment): without it the two could have the same id. */
  platformPostId: string;
  content: string;
  /** ISO 8601 in UTC. */
  postedAt: string;
  /** Only what the platform reports; Threads reports nothing, and a Reddit score may be below zero. */
  metrics: Record<string, number>;
  author: SightedAuthor;
}

interface SkippedPost {
  platform: SightedPlatform;
  platformPostId: string;
  reason: string;
}

export interface Deliveries {
  posts: SightedPost[];
  skipped: SkippedPost[];
}

interface XUser {
  id: string;
  username: string;
  name: string;
  verified: boolean;
  public_metrics: { followers_count: number };
}

interface XPost {
  id: string;
  text: string;
  /** The full text of a post of more than 280 characters, of which `text` is the beginning. */
  note_tweet?: { text: string };
  author_id: string;
  created_at: string;
  public_metrics: {
    retweet_count: number;
    reply_count: number;
    like_count: number;
    quote_count: number;
    bookmark_count: number;
    impression_count: number;
  };
}

interface XPage {
  data: XPost[];
  includes: { users: XUser[] };
  meta: { newest_id: string; oldest_id: string; result_count: number; next_token?: string };
}

interface RedditPost {
  name: string;
  author: string;
  /** Missing when the account was deleted. */
  author_fullname?: string;
  created_utc: number;
  ups: number;
  score: number;
}

type RedditChild =
  | { kind: 't3'; data: RedditPost & { title: string; selftext: string; num_comments: number } }
  | { kind: 't1'; data: RedditPost & { body: string } };

interface RedditListing {
  kind: 'Listing';
  data: { after: string | null; children: RedditChild[] };
}

interface ThreadsPost {
  id: string;
  text: string;
  username: string;
  owner?: { id: string };
  timestamp: string;
}

interface ThreadsPage {
  data: ThreadsPost[];
  paging: { cursors: { before: string; after: string } };
}

type Sighting = SightedPost | SkippedPost;

const skip = (platform: SightedPlatform, platformPostId: string, reason: string): SkippedPost => ({
  platform,
  platformPostId,
  reason,
});

/** X names authors by id and describes them beside the posts of the same page; a suspended one is not described. */
function fromX({ data, includes }: XPage): Sighting[] {
  const users = new Map(includes.users.map((user) => [user.id, user]));
  return data.map((post) => {
    const user = users.get(post.author_id);
    if (!user) return skip('TWITTER', post.id, 'author is not among the users of the page');
    const { public_metrics: counts } = post;
    return {
      platform: 'TWITTER',
      platformPostId: post.id,
      content: post.note_tweet?.text ?? post.text,
      postedAt: new Date(post.created_at).toISOString(),
      metrics: {
        likes: counts.like_count,
        replies: counts.reply_count,
        retweets: counts.retweet_count,
        quotes: counts.quote_count,
        bookmarks: counts.bookmark_count,
        impressions: counts.impression_count,
      },
      author: {
        platform: 'TWITTER',
        platformId: user.id,
        handle: user.username,
        displayName: user.name,
        followerCount: user.public_metrics.followers_count,
        isVerified: user.verified,
      },
    };
  });
}

/** A submission is its title and, unless it has no text, a blank line and the text; a comment is its body. */
function redditContent(child: RedditChild): string {
  if (child.kind === 't1') return child.data.body;
  const { title, selftext } = child.data;
  return selftext === '' ? title : `${title}\n\n${selftext}`;
}

function fromReddit(listing: RedditListing): Sighting[] {
  return listing.data.children.map((child) => {
    const { data: post } = child;
    if (post.author_fullname === undefined) return skip('REDDIT', post.name, 'account deleted');
    return {
      platform: 'REDDIT',
      platformPostId: post.name,
      content: redditContent(child),
      postedAt: new Date(post.created_utc * 1000).toISOString(),
      metrics: {
        upvotes: post.ups,
        score: post.score,
        ...(child.kind === 't3' && { comments: child.data.num_comments }),
      },
      author: {
        platform: 'REDDIT',
        platformId: post.author_fullname,
        handle: post.author,
        displayName: null,
        followerCount: null,
        isVerified: false,
      },
    };
  });
}

function fromThreads({ data }: ThreadsPage): Sighting[] {
  return data.map((post) => {
    if (!post.owner) return skip('THREADS', post.id, 'owner not given');
    return {
      platform: 'THREADS',
      platformPostId: post.id,
      content: post.text,
      postedAt: new Date(post.timestamp).toISOString(),
      metrics: {},
      author: {
        platform: 'THREADS',
        platformId: post.owner.id,
        handle: post.username,
        displayName: null,
        followerCount: null,
        isVerified: false,
      },
    };
  });
}

const parse = (file: string): unknown => JSON.parse(readFileSync(new URL(`posts/${file}`, import.meta.url), 'utf8'));

/** Every delivery in order; duplicates included; deliveries without an author (deleted accounts) are reported, not guessed. */
export function readDeliveries(): Deliveries {
  const sightings = [
    ...(parse('x.json') as XPage[]).flatMap(fromX),
    ...(parse('reddit.json') as RedditListing[]).flatMap(fromReddit),
    ...(parse('threads.json') as ThreadsPage[]).flatMap(fromThreads),
  ];
  return {
    posts: sightings.filter((sighting) => 'author' in sighting),
    skipped: sightings.filter((sighting) => 'reason' in sighting),
  };
}
