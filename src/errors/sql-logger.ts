import type { Logger } from 'typeorm';
import { toDatabaseError } from './translate.js';
import { removeLiterals } from './sql-text.js';

/** What TypeORM prints for `migration:show` and counts of migrations: names, ids and numbers, and no literals of SQL. */
const MIGRATION_LINE = /^(?:\[X\] \d+ [A-Za-z_]\w*|\[ \] [A-Za-z_]\w*|\d+ migrations [a-z ]+\.)$/;

/** Longer statements are cut off: an insert of a thousand rows is one. */
const LONGEST = 2_000;

/**
 * TypeORM's logger for development: statements on standard error, without parameters and with `?` for literals, which may be
 * handles and post texts. Silent unless enabled.
 */
export class SqlLogger implements Logger {
  constructor(private readonly enabled: boolean) {}

  logQuery(query: string): void {
    this.#write('sql', query);
  }

  logQueryError(error: string | Error, query: string): void {
    if (!this.enabled) return;
    const known = toDatabaseError(error);
    this.#write(`sql failed, ${known?.sqlState ?? known?.code ?? 'not sent'}`, query);
  }

  logQuerySlow(milliseconds: number, query: string): void {
    this.#write(`sql took ${milliseconds} ms`, query);
  }

  logSchemaBuild(message: string): void {
    if (!this.enabled) return;
    if (MIGRATION_LINE.test(message)) process.stderr.write(`schema: ${message}\n`);
    else this.#write('schema', message);
  }

  logMigration(message: string): void {
    this.#write('migration', message);
  }

  /** TypeORM's remarks quote what they are about. */
  log(): void {
    // Nothing of it is fit to be shown.
  }

  /** Asks first whether the log is on: taking a statement of 500 rows apart costs milliseconds. */
  #write(beginning: string, sql: string): void {
    if (this.enabled) process.stderr.write(`${beginning}: ${removeLiterals(sql, LONGEST)}\n`);
  }
}
