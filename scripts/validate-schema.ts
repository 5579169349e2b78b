/** Runs `shared-db validate:schema` from the source. The name of this file is part of the requirements of the project. */
process.argv.splice(2, 0, 'validate:schema');
void import('../src/cli/main.js');
