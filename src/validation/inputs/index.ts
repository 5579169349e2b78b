/** Input classes: what services ask of data from outside before they make rows of it. One class per write. */
export { AuditEntryInput } from '../inputs.js';
export { AuthorInput } from '../inputs.js';
export { CompetitiveMentionInput } from '../inputs.js';
export { DecisionInput } from '../inputs.js';
export { EscalationInput } from '../inputs.js';
export { ExperimentInput } from '../inputs.js';
export { InteractionInput } from '../inputs.js';
export { KpiMetricInput } from '../inputs.js';
export { PostContentInput } from '../inputs.js';
export { ReplyContentInput } from '../inputs.js';
export { isScore, IsScore } from '../input-rules.js';
