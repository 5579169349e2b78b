/** The tests of `npm run mutation` in one file, because Jest loads TypeORM once for each test file and Stryker runs Jest once for each mutant. */

// Rules.
import './columns/checks.test.js';
import './columns/comments.test.js';
import './columns/rules.test.js';
import './columns/decorators.test.js';
import './validation/assert-valid.test.js';
import './validation/compiled-validator.test.js';
import './validation/constraints.test.js';
import './validation/inputs.test.js';
import './validation/insert.test.js';
import './validation/json-columns.test.js';
import './validation/row-rules.test.js';
import './validation/subscriber.test.js';
import './validation/update.test.js';

// Running migrations.
import './operations/migrator/plan.test.js';
import './operations/migrator/sql.test.js';

// Drift.
import './operations/catalog/diff.test.js';
import './operations/catalog/drifts.test.js';

// Redaction.
import './errors/errors.test.js';
import './errors/foreign-errors.test.js';
import './errors/http-problem.test.js';
import './errors/serialize-error.test.js';
import './errors/shards.test.js';
import './errors/sql-logger.test.js';
import './errors/usage-errors.test.js';
