import type { FinalValues, RowRule } from '../../columns/index.js';
import { containsProhibitedClaim, REPLY_LIMITS } from '../../constants/reply.js';
import type { Reply } from './reply.entity.js';

/** Rules for approval, posting and deletion. */
const stateRules: RowRule<Reply>[] = [
  {
    meaning: 'new_has_decision',
    message: 'a new reply has a decision',
    properties: ['decisionId'],
    onInsertOnly: true,
    isValid: ({ decisionId }) => decisionId !== null,
    beforeSaveOnly: 'purging a decision sets decision_id to null and must succeed',
  },
  {
    meaning: 'approved_has_approver',
    message: 'an approved reply has an approver and a time of approval',
    properties: ['approvalStatus', 'approvedBy', 'approvedAt'],
    isValid: ({ approvalStatus, approvedBy, approvedAt }) =>
      approvalStatus !== 'APPROVED' || (approvedBy !== null && approvedAt !== null),
    sql: `"approval_status" <> 'APPROVED' OR ("approved_by" IS NOT NULL AND "approved_at" IS NOT NULL)`,
  },
  {
    meaning: 'unapproved_has_no_approver',
    message: 'a reply that is not approved has no approver and no time of approval',
    properties: ['approvalStatus', 'approvedBy', 'approvedAt'],
    isValid: ({ approvalStatus, approvedBy, approvedAt }) =>
      approvalStatus === 'APPROVED' || (approvedBy === null && approvedAt === null),
    sql: `"approval_status" = 'APPROVED' OR ("approved_by" IS NULL AND "approved_at" IS NULL)`,
  },
  {
    meaning: 'posted_is_approved',
    message: 'only an approved reply is posted',
    properties: ['postedAt', 'approvalStatus'],
    isValid: ({ postedAt, approvalStatus }) => postedAt === null || approvalStatus === 'APPROVED',
    sql: `"posted_at" IS NULL OR "approval_status" = 'APPROVED'`,
  },
  {
    meaning: 'posted_has_platform_id',
    message: 'a reply has a platform id exactly when it was posted',
    properties: ['postedAt', 'platformPostId'],
    isValid: ({ postedAt, platformPostId }) => (postedAt === null) === (platformPostId === null),
    sql: '("posted_at" IS NULL) = ("platform_post_id" IS NULL)',
  },
  {
    meaning: 'deleted_is_posted',
    message: 'only a posted reply can be deleted',
    properties: ['deletedAt', 'postedAt'],
    isValid: ({ deletedAt, postedAt }) => deletedAt === null || postedAt !== null,
    sql: '"deleted_at" IS NULL OR "posted_at" IS NOT NULL',
  },
  {
    meaning: 'deleted_has_reason',
    message: 'a reply has a delete reason exactly when it is deleted',
    properties: ['deletedAt', 'deleteReason'],
    isValid: ({ deletedAt, deleteReason }) => (deletedAt === null) === (deleteReason === null),
    sql: '("deleted_at" IS NULL) = ("delete_reason" IS NULL)',
  },
];

/** Rules for the text. */
const textRules: RowRule<Reply>[] = [
  {
    meaning: 'content_fits_platform',
    message: `a reply is no longer than its platform allows (${Object.entries(REPLY_LIMITS)
      .map(([platform, limit]) => `${platform} ${limit}`)
      .join(', ')})`,
    properties: ['content', 'platform'],
    isValid: ({ content, platform }) => Array.from(content).length <= REPLY_LIMITS[platform],
    sql: `char_length("content") <= CASE "platform" ${Object.entries(REPLY_LIMITS)
      .map(([platform, limit]) => `WHEN '${platform}' THEN ${limit}`)
      .join(' ')} END`,
  },
  {
    meaning: 'content_makes_no_claims',
    message: 'a reply makes no prohibited medical claims',
    properties: ['content'],
    isValid: ({ content }) => !containsProhibitedClaim(content),
    beforeSaveOnly: 'the list of claims may change, but stored replies are permanent',
  },
];

/** Rules of a reply over several columns. */
export const REPLY_RULES: readonly RowRule<Reply>[] = [...stateRules, ...textRules];

/** Final values of a reply. */
export const REPLY_FINALS: readonly FinalValues<Reply>[] = [
  {
    meaning: 'approval_final',
    message: 'an approval or a rejection is final: write a new reply instead',
    properties: ['approvalStatus', 'approvedBy', 'approvedAt'],
    since: isDecided,
  },
  {
    meaning: 'content_final',
    message: 'the text and the platform of a reply no longer change once it is approved or rejected',
    properties: ['content', 'platform'],
    since: isDecided,
  },
  {
    meaning: 'posting_final',
    message: 'the time of posting and the id on the platform are final',
    properties: ['postedAt', 'platformPostId'],
    since: ({ postedAt }) => postedAt !== null,
  },
  {
    meaning: 'deletion_final',
    message: 'a deleted reply stays deleted',
    properties: ['deletedAt'],
    since: ({ deletedAt }) => deletedAt !== null,
  },
];

function isDecided({ approvalStatus }: Reply): boolean {
  return approvalStatus !== 'PENDING';
}
