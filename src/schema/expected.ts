import { DEFAULT_SCHEMA } from '../connection/schema-name.js';
import { SCHEMA } from './schema-placeholder.js';
import type { Snapshot } from './snapshot.js';

/**
 * The snapshot in the package as it should read in a schema of this name. Only PostgreSQL's own `public` has an owner and a
 * comment of its own, and lets everybody use what is in it.
 */
export function expectedIn(shipped: Snapshot, schema: string): Snapshot {
  if (schema === DEFAULT_SCHEMA) return shipped;
  const key = `schema ${SCHEMA}`;
  const objects = Object.entries(shipped.objects).filter(
    ([name]) => name !== `grant USAGE ON SCHEMA ${SCHEMA} TO PUBLIC`,
  );
  return {
    ...shipped,
    objects: { ...Object.fromEntries(objects), [key]: { kind: 'schema', name: SCHEMA, facts: {} } },
  };
}
