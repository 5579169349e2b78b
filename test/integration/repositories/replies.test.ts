import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Reply } from '../../../src/entities/index.js';
import { inTransaction } from '../../../src/connection/transaction.js';
import { SYSTEM_ACTOR } from '../../../src/constants/figures.js';
import { ArchetypeRepository } from '../../../src/repositories/reference.repository.js';
import { ReplyRepository } from '../../../src/repositories/reply.repository.js';
import { useDatabase } from '../../support/database.js';
import { CONTENT, ID } from '../../support/rows.js';
import { decideTogether, measureTogether, postTogether } from './scenarios/replies.js';
import { readAudit, storeApprovedReply, storeDecision, storeReply, waitForLaterTime } from './stored-rows.js';

const db = useDatabase();
let replies: ReplyRepository;

beforeEach(async () => {
  await db.dataSource.query('DELETE FROM replies');
  await db.dataSource.query('DELETE FROM authors');
  replies = ReplyRepository.of(db.dataSource);
});

const load = (id: string): Promise<Reply> => replies.findOneByOrFail({ id });

describe('ReplyRepository.record()', () => {
  it('stores a reply that waits for approval, with the scores of its generator', async () => {
    const { decisionId } = await storeDecision(db.dataSource);
    const { id } = await replies.record({
      ...{ decisionId, content: CONTENT, platform: 'REDDIT', utmCode: 'r1', helpCount: 12 },
      metricsJson: { generation: { confidence: 0.91 } },
    });
    expect(await load(id)).toMatchObject({
      approvalStatus: 'PENDING',
      helpCount: 12,
      utmCode: 'r1',
      replyType: 'AUTO',
    });
  });

  it('refuses a reply without a decision, without the signature, with a claim, and one that is posted already', async () => {
    const { decisionId } = await storeDecision(db.dataSource);
    const reply = { decisionId, content: CONTENT, platform: 'TWITTER' } as const;
    const refused = { code: 'ENTITY_INVALID' };
    await expect(replies.record({ ...reply, decisionId: null as unknown as string })).rejects.toMatchObject(refused);
    await expect(replies.record({ ...reply, content: 'No signature here' })).rejects.toMatchObject(refused);
    await expect(replies.record({ ...reply, content: `We cure it. ${CONTENT}` })).rejects.toMatchObject(refused);
    const posted = { ...reply, postedAt: new Date(), platformPostId: '1' };
    await expect(replies.record(posted)).rejects.toMatchObject(refused);
    await expect(replies.record({ ...reply, decisionId: ID })).rejects.toMatchObject({
      sqlState: '23503',
      constraint: 'fk_replies__decision_id',
    });
    expect(await replies.count()).toBe(0);
  });
});

describe('ReplyRepository, approval', () => {
  it('approves a reply with its audit row, and tells a second operator who approved it and when', async () => {
    const id = await storeReply(db.dataSource);
    await replies.approve(id, 'operator_1');
    const { approvalStatus, approvedBy, approvedAt } = await load(id);
    expect({ approvalStatus, approvedBy }).toEqual({ approvalStatus: 'APPROVED', approvedBy: 'operator_1' });
    await expect(replies.reject(id, 'operator_2', 'SAFETY')).rejects.toMatchObject({
      name: 'ReplyAlreadyDecided',
      code: 'STATE_CONFLICT',
      status: 'APPROVED',
      by: 'operator_1',
      at: approvedAt,
    });
    await expect(replies.edit(id, 'operator_2', `Too late. ${CONTENT}`)).rejects.toMatchObject({ status: 'APPROVED' });
    expect(await readAudit(db.dataSource, id)).toEqual([{ action: 'reply.approve', actor: 'operator_1', details: {} }]);
  });

  it('rejects a reply with reason and notes in its audit row, and tells a second operator who rejected it', async () => {
    const id = await storeReply(db.dataSource);
    await replies.reject(id, 'operator_1', 'LOW_QUALITY', 'Too long.');
    expect(await load(id)).toMatchObject({ approvalStatus: 'REJECTED', approvedBy: null, approvedAt: null });
    expect(await readAudit(db.dataSource, id)).toEqual([
      {
        action: 'reply.reject',
        actor: 'operator_1',
        details: { reason: 'LOW_QUALITY', notes: 'Too long.' },
      },
    ]);
    await expect(replies.approve(id, SYSTEM_ACTOR)).rejects.toMatchObject({
      status: 'REJECTED',
      by: 'operator_1',
      at: expect.any(Date),
    });
  });

  it('edits the text, keeps the earlier texts in the reply, and none of them in the audit log', async () => {
    const id = await storeReply(db.dataSource, { metricsJson: { generation: { confidence: 0.8 } } });
    const texts = Array.from({ length: 12 }, (_, n) => `Version ${n}. ${CONTENT}`);
    expect(await replies.edit(id, 'operator_1', CONTENT)).toBe('unchanged');
    for (const text of texts) expect(await replies.edit(id, 'operator_1', text)).toBe('edited');
    const { content, metricsJson } = await load(id);
    expect(content).toBe(texts.at(-1));
    expect(metricsJson?.generation).toEqual({ confidence: 0.8, previousContents: texts.slice(1, -1) });
    const entries = await readAudit(db.dataSource, id);
    expect(entries).toHaveLength(12);
    expect(entries[0]?.details).toMatchObject({
      previousLength: CONTENT.length,
      previousSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(JSON.stringify(entries)).not.toContain('Plenty');
    await replies.update(id, { utmCode: 'still_valid' });
  });

  it('does not approve a text that the operator has not read', async () => {
    const id = await storeReply(db.dataSource);
    await replies.edit(id, 'operator_2', `Edited. ${CONTENT}`);
    await expect(replies.approve(id, 'operator_1', { content: CONTENT })).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      status: 'EDITED',
    });
    await replies.approve(id, 'operator_1', { content: `Edited. ${CONTENT}` });
    expect(await load(id)).toMatchObject({ approvalStatus: 'APPROVED', approvedBy: 'operator_1' });
  });

  it('refuses an edit that breaks a rule (23514, ck_replies__content_fits_platform)', async () => {
    const id = await storeReply(db.dataSource);
    const long = `${'long '.repeat(70)}${CONTENT}`;
    await expect(replies.edit(id, 'operator_1', long)).rejects.toMatchObject({
      sqlState: '23514',
      constraint: 'ck_replies__content_fits_platform',
    });
    await expect(replies.edit(id, 'operator_1', `Cured. ${CONTENT}`)).rejects.toMatchObject({ code: 'ENTITY_INVALID' });
    expect(await load(id)).toMatchObject({ content: CONTENT });
  });

  it('refuses an unknown reply, an empty actor, an unknown reason and long notes', async () => {
    const id = await storeReply(db.dataSource);
    await expect(replies.approve(ID, 'operator_1')).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    await expect(replies.approve(id, '')).rejects.toMatchObject({ code: 'ENTITY_INVALID' });
    await expect(replies.reject(id, 'operator_1', 'BORING' as 'OTHER')).rejects.toThrow(RangeError);
    await expect(replies.reject(id, 'operator_1', 'OTHER', 'n'.repeat(1_001))).rejects.toThrow(RangeError);
  });

  it('lists what waits for approval with decision, post and author, the oldest first, in pages', async () => {
    const ids = [];
    for (let n = 0; n < 3; n += 1) {
      ids.push(await storeReply(db.dataSource));
      await waitForLaterTime();
    }
    await storeApprovedReply(db.dataSource);
    const first = await replies.listPending({ limit: 2 });
    const second = await replies.listPending({ limit: 2, after: first.next });
    expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(ids);
    expect(second.next).toBeNull();
    expect((await replies.listPending({ newestFirst: true, limit: 1 })).rows[0]?.id).toBe(ids[2]);
    expect(first.rows[0]).toMatchObject({
      ...{ content: CONTENT, mode: 'HELPFUL', sssScore: 0.9, evsScore: 7, confidence: null, safetyFlags: [] },
      postContent: expect.stringContaining('my head hurts'),
      authorHandle: expect.stringMatching(/^runner_\d+$/),
    });
    await db.dataSource.query('DELETE FROM decisions');
    expect((await replies.listPending()).rows[0]).toMatchObject({ decisionId: null, mode: null, postContent: null });
  });

  it('lets exactly one of two operators decide, and names the winner to the other', async () => {
    expect(await decideTogether(db.dataSource, 6)).toEqual({ rounds: 6, violations: [] });
  });
});

describe('ReplyRepository, posting', () => {
  it('lists unposted replies in the order of approval with the post to answer, and records the posting once', async () => {
    await storeReply(db.dataSource);
    const id = await storeApprovedReply(db.dataSource);
    await waitForLaterTime();
    const other = await storeApprovedReply(db.dataSource);
    const unposted = await replies.listUnposted();
    expect(unposted.map((reply) => reply.id)).toEqual([id, other]);
    expect(unposted[0]).toMatchObject({ content: CONTENT, postPlatformPostId: expect.stringMatching(/^post_/) });

    expect(await replies.markPosted(id, 'tweet_1', new Date('2026-02-01T10:00:00Z'))).toBe('posted');
    expect(await replies.markPosted(id, 'tweet_1')).toBe('unchanged');
    await expect(replies.markPosted(id, 'tweet_2')).rejects.toMatchObject({
      name: 'ReplyAlreadyPosted',
      code: 'STATE_CONFLICT',
      at: new Date('2026-02-01T10:00:00Z'),
    });
    await expect(replies.markPosted(other, 'tweet_1')).rejects.toMatchObject({ code: 'UNIQUE_VIOLATION' });
    expect(await replies.findByPlatformPostId('TWITTER', 'tweet_1')).toMatchObject({ id, deletedAt: null });
    expect(await replies.findByPlatformPostId('REDDIT', 'tweet_1')).toBeNull();
    expect((await replies.listUnposted()).map((reply) => reply.id)).toEqual([other]);
  });

  it('refuses to post a reply that waits for approval, and an id in a wrong format', async () => {
    const id = await storeReply(db.dataSource);
    await expect(replies.markPosted(id, 'tweet_1')).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      status: 'PENDING',
    });
    await expect(replies.markPosted(id, 'tweet 1')).rejects.toMatchObject({ code: 'ENTITY_INVALID' });
    await expect(replies.markPosted(ID, 'tweet_1')).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
  });

  it('claims a reply for one poster; another one skips it', async () => {
    const ids = [await storeApprovedReply(db.dataSource)];
    await waitForLaterTime();
    ids.push(await storeApprovedReply(db.dataSource));
    await inTransaction(db.dataSource, async (manager) => {
      expect(await ReplyRepository.of(manager).claimUnposted()).toMatchObject([{ id: ids[0] }]);
      expect(await replies.claimUnposted(10)).toMatchObject([{ id: ids[1] }]);
    });
    await expect(replies.claimUnposted(0)).rejects.toThrow(RangeError);
  });

  it('posts each reply once when four posters share the queue', async () => {
    expect(await postTogether(db.dataSource, 3)).toEqual({ rounds: 3, violations: [] });
  });

  it('records a deletion once, with its audit row', async () => {
    const id = await storeApprovedReply(db.dataSource);
    await expect(replies.markDeleted(id, 'Hostile answers.', SYSTEM_ACTOR)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      status: 'APPROVED',
    });
    await replies.markPosted(id, 'tweet_1');
    expect(await replies.markDeleted(id, 'Hostile answers.', SYSTEM_ACTOR)).toBe('deleted');
    expect(await replies.markDeleted(id, 'Another reason.', 'operator_1')).toBe('unchanged');
    expect(await load(id)).toMatchObject({ deleteReason: 'Hostile answers.', deletedAt: expect.any(Date) });
    expect((await readAudit(db.dataSource, id)).at(-1)).toEqual({
      action: 'reply.delete',
      actor: SYSTEM_ACTOR,
      details: { reason: 'Hostile answers.' },
    });
    expect((await replies.listPostedSince({ hours: 24, includeDeleted: false })).rows).toEqual([]);
    expect((await replies.listPostedSince()).rows).toMatchObject([{ id }]);
  });
});

describe('ReplyRepository, results', () => {
  it('stores each time of measurement, and the latest of them as the results of the reply', async () => {
    const id = await storeApprovedReply(db.dataSource, { metricsJson: { generation: { confidence: 0.9 } } });
    await expect(replies.recordMetrics(id, '15m', { likes: 1 })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await replies.markPosted(id, 'tweet_1');
    await replies.recordMetrics(id, '60m', { likes: 3, clicks: 1 });
    await replies.recordMetrics(id, '15m', { likes: 1 });
    await replies.recordMetrics(id, '24h', { likes: 9, capturedAt: '2026-02-02T10:00:00.000Z' });
    expect((await load(id)).metricsJson).toEqual({
      likes: 9,
      capturedAt: '2026-02-02T10:00:00.000Z',
      generation: { confidence: 0.9 },
      windows: {
        '15m': { likes: 1, capturedAt: expect.any(String) },
        '60m': { likes: 3, clicks: 1, capturedAt: expect.any(String) },
        '24h': { likes: 9, capturedAt: '2026-02-02T10:00:00.000Z' },
      },
    });
    await replies.save(await load(id));
  });

  it('refuses an unknown time, an unknown figure and a negative count', async () => {
    const id = await storeApprovedReply(db.dataSource);
    await replies.markPosted(id, 'tweet_1');
    const refused = { code: 'ENTITY_INVALID' };
    await expect(replies.recordMetrics(id, '2d' as '7d', { likes: 1 })).rejects.toMatchObject(refused);
    await expect(replies.recordMetrics(id, '7d', { views: 1 } as never)).rejects.toMatchObject(refused);
    await expect(replies.recordMetrics(id, '7d', { likes: -1 })).rejects.toMatchObject(refused);
    await expect(replies.recordMetrics(ID, '7d', { likes: 1 })).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
  });

  it('loses no measurement when the four times are recorded in parallel', async () => {
    expect(await measureTogether(db.dataSource, 5)).toEqual({ rounds: 5, violations: [] });
  });

  it('counts the helped, lists the recent archetypes, and compares the archetypes', async () => {
    expect(await replies.countHelped()).toBe(0);
    expect(await replies.readArchetypePerformance()).toEqual([]);
    const coach = await ArchetypeRepository.of(db.dataSource).add({ name: 'COACH', description: 'Advice.' }, 'system');
    for (const [n, archetypeId, likes] of [
      [1, coach.id, 4],
      [2, null, 1],
      [3, coach.id, 6],
    ] as const) {
      const id = await storeApprovedReply(db.dataSource, { archetypeId });
      await replies.markPosted(id, `tweet_${n}`, new Date(Date.now() - n * 60_000));
      await replies.recordMetrics(id, '60m', { likes, ctr: likes / 100 });
    }
    expect(await replies.countHelped()).toBe(3);
    expect(await replies.listRecentArchetypes(2)).toEqual(['COACH', null]);
    const none = { deleted: 0, clicks: 0, conversions: 0, revenue: 0, meanSentiment: null };
    expect(await replies.readArchetypePerformance({ days: 30 })).toEqual([
      { ...none, archetypeId: coach.id, archetype: 'COACH', replies: 2, meanCtr: 0.05, likes: 10 },
      { ...none, archetypeId: null, archetype: null, replies: 1, meanCtr: 0.01, likes: 1 },
    ]);
    expect(await replies.readArchetypePerformance({ platform: 'REDDIT' })).toEqual([]);
    expect((await replies.listByCtr()).map(({ ctr }) => ctr)).toEqual([0.06, 0.04, 0.01]);
    expect(await replies.listByCtr({ worst: true, limit: 1 })).toMatchObject([{ ctr: 0.01, archetype: null }]);
  });

  it('lists replies by state, platform, archetype and time', async () => {
    const pending = await storeReply(db.dataSource, { platform: 'REDDIT' });
    await waitForLaterTime();
    const approved = await storeApprovedReply(db.dataSource);
    const idsOf = async (filter: object): Promise<string[]> =>
      (await replies.listPage(filter)).rows.map(({ id }) => id);
    expect(await idsOf({})).toEqual([approved, pending]);
    expect(await idsOf({ status: 'APPROVED' })).toEqual([approved]);
    expect(await idsOf({ platform: 'REDDIT' })).toEqual([pending]);
    expect(await idsOf({ archetypeId: ID })).toEqual([]);
    expect(await idsOf({ until: new Date(Date.now() - 3_600_000) })).toEqual([]);
  });
});
