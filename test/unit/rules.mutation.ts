/** The unit tests of the rules in one file: for mutation testing, which loads TypeORM once for each mutant and not once a file. */
import './columns/checks.test.js';
import './columns/comments.test.js';
import './columns/rules.test.js';
import './columns/decorators.test.js';
import './validation/assert-valid.test.js';
import './validation/constraints.test.js';
import './validation/inputs.test.js';
import './validation/insert.test.js';
import './validation/json-columns.test.js';
import './validation/row-rules.test.js';
import './validation/subscriber.test.js';
import './validation/update.test.js';
