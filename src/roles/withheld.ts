const IDENTIFIES = 'identifies the author, to anybody';
const QUOTES = 'may quote a post or a reply';
const STAFF = 'names a member of staff';
const OWN_WORDS = 'somebody’s own words, about health and alcohol';

/**
 * What dashboards do not see, by table and column, and why. They count and compare; rows stay linked by ids that mean nothing
 * outside. Services and the approval queue show people these columns: as `app`.
 */
export const WITHHELD_COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  authors: {
    platform_id: IDENTIFIES,
    handle: IDENTIFIES,
    display_name: IDENTIFIES,
    archetype_tags: 'describes the person: health, profession, family',
    interaction_history: 'what one person did, event by event',
  },
  posts: {
    platform_post_id: 'leads to the post, and so to its author',
    content: OWN_WORDS,
    raw_metrics: 'passed on as platforms deliver it; exact counts find the post again',
    error_message: QUOTES,
  },
  decisions: {
    signals_json: QUOTES,
  },
  replies: {
    content: 'answers somebody’s own words',
    platform_post_id: 'leads to the reply, and so to whom it answers',
    utm_code: 'stands in the posted link, where a search finds it; clicks and revenue are in metrics_json',
    approved_by: STAFF,
    delete_reason: QUOTES,
  },
  escalations: {
    assigned_to: STAFF,
    resolved_by: STAFF,
    resolution_notes: QUOTES,
  },
  audit_logs: {
    actor: STAFF,
    details_json: QUOTES,
  },
};
