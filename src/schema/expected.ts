import { DEFAULT_SCHEMA } from '../connection/schema-name.js';
import { SCHEMA } from './schema-placeholder.js';
import type { Snapshot } from './snapshot.js';

const KEY = `schema ${SCHEMA}`;

/** What only PostgreSQL's own schema has: everybody may use what is in it. */
const OF_PUBLIC = `grant USAGE ON SCHEMA ${SCHEMA} TO PUBLIC`;

/** What the owner of the tables needs in a schema that is not theirs. */
const OF_OWNER = ['CREATE', 'USAGE'].map((privilege) => `grant ${privilege} ON SCHEMA ${SCHEMA} TO $owner`);

/**
 * The snapshot in the package as it should read in the schema of a live one. Only PostgreSQL's own `public` has an owner, a comment
 * and a right that are known beforehand; who creates any other schema, and so owns it, is the operator's choice.
 */
export function expectedIn(shipped: Snapshot, live: Snapshot): Snapshot {
  if (live.schema === DEFAULT_SCHEMA) return shipped;
  const owner = live.objects[KEY]?.facts.owner;
  const kept = Object.entries(shipped.objects).filter(([key]) => key !== OF_PUBLIC);
  const given = Object.entries(live.objects).filter(([key]) => owner !== undefined && OF_OWNER.includes(key));
  const facts = owner === undefined ? {} : { owner };
  return {
    ...shipped,
    objects: { ...Object.fromEntries([...kept, ...given]), [KEY]: { kind: 'schema', name: SCHEMA, facts } },
  };
}
