import type { Logger } from 'typeorm';
import { toDatabaseError } from './errors.js';
import { withoutLiterals } from './sql-text.js';

/** Longer statements are cut off: an insert of a thousand rows is one. */
const LONGEST = 2_000;

/**
 * TypeORM's logger for development: statements on standard error, without parameters and with `?` for literals, which may be
 * handles and post texts. Silent unless enabled.
 */
export class SqlLogger implements Logger {
  constructor(private readonly enabled: boolean) {}

  logQuery(query: string): void {
    this.#say(`sql: ${withoutLiterals(query, LONGEST)}`);
  }

  logQueryError(error: string | Error, query: string): void {
    const known = toDatabaseError(error);
    const reason = known?.sqlState ?? known?.code ?? 'not sent';
    this.#say(`sql failed, ${reason}: ${withoutLiterals(query, LONGEST)}`);
  }

  logQuerySlow(milliseconds: number, query: string): void {
    this.#say(`sql took ${milliseconds} ms: ${withoutLiterals(query, LONGEST)}`);
  }

  logSchemaBuild(message: string): void {
    this.#say(`schema: ${withoutLiterals(message, LONGEST)}`);
  }

  logMigration(message: string): void {
    this.#say(`migration: ${withoutLiterals(message, LONGEST)}`);
  }

  /** TypeORM's remarks quote what they are about. */
  log(): void {
    // Nothing of it is fit to be shown.
  }

  #say(line: string): void {
    if (this.enabled) process.stderr.write(`${line}\n`);
  }
}
