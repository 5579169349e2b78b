/** Reads the JSON that X, Reddit and Threads deliver into one form. It knows nothing of the database. */
import { readFileSync } from 'node:fs';

type DeliveredPlatform = 'TWITTER' | 'REDDIT' | 'THREADS';

export interface DeliveredAuthor {
  platform: DeliveredPlatform;
  /** A string, because X's ids are larger than a JavaScript number can represent. */
  platformId: string;
  handle: string;
  displayName: string | null;
  /** Null: the platform does not report it. */
  followerCount: number | null;
  isVerified: boolean;
}

export interface DeliveredPost {
  platform: DeliveredPlatform;
  /** With Reddit's prefix (t3_ submission, t1_ comment), without which a submission and a comment could have the same id. */
  platformPostId: string;
  content: string;
  /** ISO 8601 in UTC. */
  postedAt: string;
  /** The figures that the platform reports. Threads reports none; a score of Reddit may be negative. */
  metrics: Record<string, number>;
  author: DeliveredAuthor;
}

interface SkippedPost {
  platform: DeliveredPlatform;
  platformPostId: string;
  reason: string;
}

export interface Deliveries {
  posts: DeliveredPost[];
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

type Delivery = DeliveredPost | SkippedPost;

const skipPost = (platform: DeliveredPlatform, platformPostId: string, reason: string): SkippedPost => ({
  platform,
  platformPostId,
  reason,
});

/** X lists the authors of a page beside its posts; a suspended author is missing from that list. */
function fromX({ data, includes }: XPage): Delivery[] {
  const users = new Map(includes.users.map((user) => [user.id, user]));
  return data.map((post) => {
    const user = users.get(post.author_id);
    if (!user) return skipPost('TWITTER', post.id, 'author is not among the users of the page');
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

/** Returns the body of a comment, or the title of a submission with its text after a blank line. */
function joinRedditText(child: RedditChild): string {
  if (child.kind === 't1') return child.data.body;
  const { title, selftext } = child.data;
  return selftext === '' ? title : `${title}\n\n${selftext}`;
}

function fromReddit(listing: RedditListing): Delivery[] {
  return listing.data.children.map((child) => {
    const { data: post } = child;
    if (post.author_fullname === undefined) return skipPost('REDDIT', post.name, 'account deleted');
    return {
      platform: 'REDDIT',
      platformPostId: post.name,
      content: joinRedditText(child),
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

function fromThreads({ data }: ThreadsPage): Delivery[] {
  return data.map((post) => {
    if (!post.owner) return skipPost('THREADS', post.id, 'owner not given');
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

const readJson = (file: string): unknown => JSON.parse(readFileSync(new URL(`./${file}`, import.meta.url), 'utf8'));

/** Returns every delivery in order, duplicates included. Posts without an author (deleted accounts) are in `skipped`. */
export function readDeliveries(): Deliveries {
  const deliveries = [
    ...(readJson('x.json') as XPage[]).flatMap(fromX),
    ...(readJson('reddit.json') as RedditListing[]).flatMap(fromReddit),
    ...(readJson('threads.json') as ThreadsPage[]).flatMap(fromThreads),
  ];
  return {
    posts: deliveries.filter((delivery) => 'author' in delivery),
    skipped: deliveries.filter((delivery) => 'reason' in delivery),
  };
}
