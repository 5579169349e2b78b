import { columnChecks, given, rowCheck } from '../checks.js';
import { count, formatted, jsonObject, moment, plain, POST_ID, text, UTM_CODE, type Word } from '../values.js';

const NOON = '2026-01-31T12:00:00.000Z';
const A_MOMENT_BEFORE = '2026-01-31T11:59:59.999Z';
const SIGNATURE = '—Antone (Vita)';

const approved = { approval_status: 'APPROVED', approved_by: 'operator-1', approved_at: NOON };
const posted = { ...approved, posted_at: NOON, platform_post_id: '42' };
const deleted = { ...posted, deleted_at: NOON, delete_reason: 'It missed the tone.' };

/** Text of 10 to 1000 code points with the signature. */
const signedText: Word = () => {
  const unsigned = (value: string) => ({ value, dropFirst: ['content_contains'] });
  // Longer than the limit of any platform.
  const long = (value: string) => ({ value, dropFirst: ['content_fits_platform'] });
  return [
    {
      kind: 'length',
      // The signature alone is longer than the shortest text.
      refused: [
        ...['', '123456789', '🙂'.repeat(9)].map(unsigned),
        ...['x'.repeat(987) + SIGNATURE, '🙂'.repeat(987) + SIGNATURE].map(long),
      ],
      accepted: [
        ...['1234567890', '🙂'.repeat(10)].map(unsigned),
        ...plain(SIGNATURE),
        ...['x'.repeat(986) + SIGNATURE, '🙂'.repeat(986) + SIGNATURE].map(long),
      ],
    },
    {
      kind: 'contains',
      refused: plain(
        ...['Plenty of water helps.', 'Drink water. — Antone (Vita)', 'Drink water. -Antone (Vita)'],
        ...['Drink water. –Antone (Vita)', 'Drink water. —antone (vita)', 'Drink water. —Antone (Vita'],
        ...['Drink water. from Vita', 'Drink water. —Antone (Vita Brand Bot)', 'Drink water. —Antone\u00a0(Vita)'],
      ),
      accepted: plain(
        `Drink water. ${SIGNATURE}`,
        `[Ad] Drink water. ${SIGNATURE} | Helped 42 people this month`,
        `${SIGNATURE}${SIGNATURE}`,
      ),
    },
  ];
};

const columns = columnChecks('replies', {
  content: signedText,
  platform_post_id: given(posted, formatted(POST_ID, 100)),
  utm_code: formatted(UTM_CODE, 100),
  help_count: count(),
  approved_by: given(approved, text(100)),
  approved_at: given(approved, moment),
  posted_at: given(posted, moment),
  metrics_json: jsonObject,
  deleted_at: given(deleted, moment),
  delete_reason: given(deleted, text(1000)),
  created_at: moment,
  updated_at: moment,
});

const life = [
  rowCheck('replies', 'approved_has_approver', {
    refused: [{ ...approved, approved_by: null }, { ...approved, approved_at: null }, { approval_status: 'APPROVED' }],
    accepted: [approved, { approval_status: 'PENDING' }],
  }),
  rowCheck('replies', 'unapproved_has_no_approver', {
    refused: ['PENDING', 'REJECTED'].flatMap((approval_status) => [
      { ...approved, approval_status },
      { approval_status, approved_by: 'operator-1' },
      { approval_status, approved_at: NOON },
    ]),
    accepted: [approved, { approval_status: 'PENDING' }, { approval_status: 'REJECTED' }],
  }),
  rowCheck('replies', 'posted_is_approved', {
    refused: ['PENDING', 'REJECTED'].map((approval_status) => ({
      ...{ approval_status, posted_at: NOON, platform_post_id: '42' },
    })),
    accepted: [posted, approved],
  }),
  rowCheck('replies', 'posted_has_platform_id', {
    refused: [{ ...posted, platform_post_id: null }, { ...posted, posted_at: null }, { platform_post_id: '42' }],
    accepted: [posted, approved],
  }),
  rowCheck('replies', 'deleted_is_posted', {
    refused: [
      { ...approved, deleted_at: NOON, delete_reason: 'It missed the tone.' },
      { deleted_at: NOON, delete_reason: 'It missed the tone.' },
    ],
    // deleted_at and posted_at come from two clocks, of which one may be slow.
    accepted: [deleted, { ...deleted, deleted_at: A_MOMENT_BEFORE }, posted],
  }),
  rowCheck('replies', 'deleted_has_reason', {
    refused: [
      { ...deleted, delete_reason: null },
      { ...deleted, deleted_at: null },
      { delete_reason: 'It missed the tone.' },
    ],
    accepted: [deleted, posted],
  }),
];

const limits = [
  rowCheck('replies', 'content_fits_platform', {
    refused: [
      ...['TWITTER', 'THREADS'].flatMap((platform) => [307, 900].map((length) => replyOn(platform, length))),
      ...[487, 900].map((length) => replyOn('REDDIT', length)),
      { platform: 'TWITTER', content: '🙂'.repeat(307) + SIGNATURE },
    ],
    accepted: [
      ...['TWITTER', 'THREADS'].map((platform) => replyOn(platform, 306)),
      replyOn('REDDIT', 486),
      { platform: 'TWITTER', content: '🙂'.repeat(306) + SIGNATURE },
    ],
  }),
];

/** Returns a reply of this length, followed by the signature of 14 characters. */
function replyOn(platform: string, length: number) {
  return { platform, content: 'x'.repeat(length) + SIGNATURE };
}

export const REPLY_CHECKS = [...columns, ...life, ...limits];
