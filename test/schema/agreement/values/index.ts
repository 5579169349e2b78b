import fc from 'fast-check';
import type { Subject } from '../subjects.js';
import { hintsOf, type Hints } from './hints.js';
import { anyJson, jsonEdges } from './json.js';
import { anyList, listEdges } from './lists.js';
import { anyNumber, numberEdges } from './numbers.js';
import { stranger, STRANGERS } from './strangers.js';
import { anyText, textEdges } from './texts.js';
import { anyDay, anyMoment, DAY_EDGES, momentEdges } from './times.js';
import { anyFlag, anyLabel, anyUuid, FLAG_EDGES, labelEdges, UUID_EDGES } from './words.js';

/** The values for a column: edge cases for every run, and a generator of others. */
export interface Values {
  readonly edges: readonly unknown[];
  readonly any: fc.Arbitrary<unknown>;
}

/** Returns valid and invalid values for a column, by its type and the literals in its rules. */
export function valuesFor(subject: Subject): Values {
  const { edges, any } = ownValues(subject, hintsOf(subject));
  return {
    edges: [...edges, ...STRANGERS].filter((value) => typeof value !== 'function'),
    any: fc.oneof({ weight: 5, arbitrary: any }, { weight: 1, arbitrary: stranger }),
  };
}

function ownValues({ name, columns: [column] }: Subject, hints: Hints): Values {
  if (column?.isArray) return { edges: listEdges(hints), any: anyList(hints) };
  switch (column?.type) {
    case 'integer':
    case 'double precision':
      return { edges: numberEdges(hints), any: anyNumber(hints) };
    case 'text':
      return { edges: textEdges(hints), any: anyText(hints) };
    case 'timestamptz':
    case 'timestamp with time zone':
      return { edges: momentEdges(hints), any: anyMoment(hints) };
    case 'date':
      return { edges: DAY_EDGES, any: anyDay };
    case 'uuid':
      return { edges: UUID_EDGES, any: anyUuid };
    case 'enum':
      return { edges: labelEdges(hints), any: anyLabel(hints) };
    case 'boolean':
      return { edges: FLAG_EDGES, any: anyFlag };
    case 'jsonb':
      return { edges: jsonEdges(hints), any: anyJson };
    default:
      throw new Error(`No values are known for the type of ${name}: add them to test/schema/agreement/values.`);
  }
}
