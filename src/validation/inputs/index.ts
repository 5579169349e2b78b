/** Input classes: what services ask of data from outside before they make rows of it. One class per write. */
export { AuditEntryInput } from './audit-entry.input.js';
export { AuthorInput } from './author.input.js';
export { CompetitiveMentionInput } from './competitive-mention.input.js';
export { DecisionInput } from './decision.input.js';
export { EscalationInput } from './escalation.input.js';
export { ExperimentInput } from './experiment.input.js';
export { InteractionInput } from './interaction.input.js';
export { KpiMetricInput } from './kpi-metric.input.js';
export { PostContentInput } from './post-content.input.js';
export { ReplyContentInput } from './reply-content.input.js';
export { isScore, IsScore } from './words.js';
