/**
 * The script that the requirements name: `npm run validate:schema` is `npx shared-db validate:schema`, run from the source.
 *
 *     npm run validate:schema              one line for each object that breaks a rule, exit 1 when there is one
 *     npm run validate:schema -- --help
 */
process.argv.splice(2, 0, 'validate:schema');
await import('../src/cli/main.js');
