import { DataSource, type DataSourceOptions } from 'typeorm';
import { ConnectionLost, TooManyConnections } from './errors.js';
import { withRetry } from './retry.js';
import { assertSafeRole, type Purpose } from './safe-role.js';
import type { Safety } from './url-policy.js';

export interface Care {
  readonly purpose: Purpose;
  readonly safety: Safety;
  /** How long `initialize()` goes on trying while there is no server, or none that is ready; 0 = one attempt. */
  readonly connectRetryMs: number;
}

/** A DataSource that waits for a server which is starting, and in production refuses a role that may do too much. */
export class ManagedDataSource extends DataSource {
  readonly #care: Care;

  constructor(options: DataSourceOptions, care: Care) {
    super(options);
    this.#care = care;
  }

  /** @throws UnsafeConnection, and whatever TypeORM and node-postgres throw */
  override async initialize(): Promise<this> {
    const { purpose, safety, connectRetryMs } = this.#care;
    await withRetry(() => super.initialize(), {
      forMs: connectRetryMs,
      worthIt: (error) => error instanceof ConnectionLost || error instanceof TooManyConnections,
    });
    try {
      await assertSafeRole((sql) => this.query(sql), purpose, safety);
    } catch (error) {
      await this.destroy();
      throw error;
    }
    return this;
  }
}
