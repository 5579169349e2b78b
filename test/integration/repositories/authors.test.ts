import { beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../../src/data-source.js';
import { Author } from '../../../src/entities/index.js';
import { AuthorRepository, type AuthorSighting } from '../../../src/repositories/index.js';
import { useDatabase } from '../../support/database.js';

const db = useDatabase();
let authors: AuthorRepository;

beforeEach(async () => {
  await db.dataSource.query('DELETE FROM authors');
  authors = AuthorRepository.of(db.dataSource);
});

const ann: AuthorSighting = { platform: 'TWITTER', platformId: '1', handle: 'runner_ana' };
const AT = '2026-02-01T10:00:00.000Z';

/** Returns the row version of the author: it changes with every write. */
async function versionOf(id: string): Promise<unknown> {
  const [row] = await db.dataSource.query<object[]>('SELECT ctid, xmin FROM authors WHERE id = $1', [id]);
  return row;
}

describe('AuthorRepository.recordSighting()', () => {
  it('inserts an author, then finds it unchanged and writes nothing', async () => {
    const first = await authors.recordSighting({ ...ann, seenAt: new Date(AT) });
    expect(first.outcome).toBe('inserted');
    const before = await versionOf(first.id);
    expect(await authors.recordSighting({ ...ann, seenAt: new Date(AT) })).toEqual({
      id: first.id,
      outcome: 'unchanged',
    });
    expect(await versionOf(first.id)).toEqual(before);
  });

  it('replaces known values by known ones, and never by unknown ones', async () => {
    const { id } = await authors.recordSighting({ ...ann, displayName: 'Ana', followerCount: 7, isVerified: true });
    for (const unknown of [{}, { displayName: null, followerCount: null, isVerified: null }, { followerCount: 0 }]) {
      expect(await authors.recordSighting({ ...ann, ...unknown })).toEqual({ id, outcome: 'unchanged' });
    }
    expect(await authors.recordSighting({ ...ann, handle: 'ana_runs', followerCount: 8 })).toMatchObject({
      outcome: 'updated',
    });
    expect(await authors.findByPlatformId('TWITTER', '1')).toMatchObject({
      handle: 'ana_runs',
      displayName: 'Ana',
      followerCount: 8,
      isVerified: true,
    });
  });

  it('refreshes last_seen_at after more than an hour, and never moves it back', async () => {
    const seen = async (seenAt: string): Promise<string> =>
      (await authors.recordSighting({ ...ann, seenAt: new Date(seenAt) })).outcome;
    expect(await seen(AT)).toBe('inserted');
    expect(await seen('2026-02-01T10:59:00.000Z')).toBe('unchanged');
    expect(await seen('2026-02-01T11:01:00.000Z')).toBe('updated');
    expect(await seen('2026-01-01T00:00:00.000Z')).toBe('unchanged');
    const author = await authors.findByPlatformId('TWITTER', '1');
    expect(author?.lastSeenAt.toISOString()).toBe('2026-02-01T11:01:00.000Z');
    expect(author?.firstSeenAt.toISOString()).toBe(AT);
  });

  it('refuses an invalid sighting before anything is sent', async () => {
    await expect(authors.recordSighting({ ...ann, handle: 'not a handle' })).rejects.toMatchObject({
      code: 'ENTITY_INVALID',
    });
    await expect(authors.recordSightings([ann, { ...ann, platformId: '2', followerCount: -1 }])).rejects.toMatchObject({
      violations: [{ property: 'followerCount', constraint: 'range' }],
    });
    expect(await authors.count()).toBe(0);
  });

  it('gives one row when eight connections record authors in opposite orders', async () => {
    const sources = await Promise.all(
      Array.from({ length: 8 }, () => createDataSource({ url: db.url, poolSize: 1 }).initialize()),
    );
    try {
      for (let round = 0; round < 5; round += 1) {
        const sightings = Array.from({ length: 20 }, (_, n) => ({
          ...ann,
          platformId: `${round}_${n}`,
          followerCount: round + 1,
        }));
        const results = await Promise.all(
          sources.map((source, index) =>
            AuthorRepository.of(source).recordSightings(index % 2 === 0 ? sightings : sightings.toReversed()),
          ),
        );
        expect(new Set(results.flat().map(({ id }) => id)).size).toBe(20);
        expect(results.flat().filter(({ outcome }) => outcome === 'inserted')).toHaveLength(20);
      }
      expect(await authors.count()).toBe(100);
    } finally {
      await Promise.all(sources.map((source) => source.destroy()));
    }
  });
});

describe('AuthorRepository.appendInteraction()', () => {
  it('appends the event and changes the score by its weight, limited to 0..1', async () => {
    const { id } = await authors.recordSighting(ann);
    const append = (type: 'purchase' | 'report' | 'thanks', minute: number) =>
      authors.appendInteraction({ authorId: id, type, timestamp: `2026-02-01T10:0${minute}:00.000Z` });
    expect(await append('thanks', 1)).toEqual({ appended: true, relationshipScore: 0.65 });
    expect(await append('purchase', 2)).toEqual({ appended: true, relationshipScore: 0.9 });
    expect(await append('purchase', 3)).toEqual({ appended: true, relationshipScore: 1 });
    expect(await append('report', 4)).toEqual({ appended: true, relationshipScore: 0.6 });
    const { interactionHistory } = await authors.findOneByOrFail({ id });
    expect(interactionHistory.map(({ type }) => type)).toEqual(['thanks', 'purchase', 'purchase', 'report']);
    expect(await authors.isBlocked(id)).toBe(true);
  });

  it('records an event about a reply once, whatever its time, and returns null for an unknown author', async () => {
    const { id } = await authors.recordSighting(ann);
    const event = {
      authorId: id,
      type: 'like' as const,
      replyId: '6f8f1e6e-9d0c-4a7e-8f43-2b0f3c9f6a11',
      timestamp: AT,
    };
    expect(await authors.appendInteraction(event)).toEqual({ appended: true, relationshipScore: 0.55 });
    const again = { ...event, timestamp: '2026-02-01T11:00:00.000Z' };
    expect(await authors.appendInteraction(again)).toEqual({ appended: false, relationshipScore: 0.55 });
    expect(await authors.isBlocked(id)).toBe(false);
    expect(await authors.appendInteraction({ ...event, authorId: event.replyId })).toBeNull();
  });

  it('refuses an event that breaks a rule', async () => {
    const { id } = await authors.recordSighting(ann);
    await expect(
      authors.appendInteraction({ authorId: id, type: 'wave' as 'like', timestamp: AT }),
    ).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  it('loses no event when ten connections append at once, and counts a repeated one once', async () => {
    const { id } = await authors.recordSighting(ann);
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        authors.appendInteraction({ authorId: id, type: 'click', timestamp: `2026-02-01T10:00:00.0${10 + (n % 10)}Z` }),
      ),
    );
    expect(results.filter((result) => result?.appended)).toHaveLength(10);
    expect((await authors.findOneByOrFail({ id })).interactionHistory).toHaveLength(10);
  });
});

describe('AuthorRepository, what it reads', () => {
  it('finds the accounts of a handle, latest first, and lists power users page by page', async () => {
    await authors.recordSightings([
      { ...ann, seenAt: new Date('2026-01-01') },
      { ...ann, platformId: '2', seenAt: new Date('2026-01-02') },
      { ...ann, platformId: '3', handle: 'other' },
    ]);
    expect((await authors.findByHandle('TWITTER', 'runner_ana')).map(({ platformId }) => platformId)).toEqual([
      '2',
      '1',
    ]);
    await db.dataSource.query('UPDATE authors SET is_power_user = true');
    const first = await authors.listPowerUsers({ limit: 2 });
    expect(first.rows).toHaveLength(2);
    const second = await authors.listPowerUsers({ limit: 2, after: first.next });
    expect(second.rows).toHaveLength(1);
    expect(second.next).toBeNull();
    expect((await authors.listPowerUsers({ limit: 2, before: second.previous })).rows).toEqual(first.rows);
    expect(await db.dataSource.getRepository(Author).count()).toBe(3);
  });

  it('lists the authors with three positive interactions in 30 days as candidates for champions', async () => {
    const [one, two] = await authors.recordSightings([ann, { ...ann, platformId: '2' }]);
    const append = (authorId: string, type: 'block' | 'thanks', daysAgo: number) =>
      authors.appendInteraction({
        authorId,
        type,
        timestamp: new Date(Date.now() - daysAgo * 86_400_000).toISOString(),
      });
    for (const daysAgo of [1, 2, 3, 40]) await append(one?.id ?? '', 'thanks', daysAgo);
    for (const daysAgo of [1, 2]) await append(two?.id ?? '', 'thanks', daysAgo);
    await append(two?.id ?? '', 'block', 3);
    expect(await authors.listChampionCandidates()).toMatchObject([{ id: one?.id, positiveInteractions: 3 }]);
  });
});
