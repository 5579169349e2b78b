import { describe, expect, it } from '@jest/globals';
import { assignVariant } from '../../../src/repositories/experiment.repository.js';

const ID = '0d4a1c1e-54c0-4b6a-9d7e-3d6f4d7a9b10';
const OTHER_ID = '7c0f2a8e-1111-4b6a-9d7e-3d6f4d7a9b11';
const SUBJECTS = Array.from({ length: 20_000 }, (_, n) => `subject_${n}`);

const countA = (id: string, trafficSplit: number): number =>
  SUBJECTS.filter((subject) => assignVariant({ id, trafficSplit }, subject) === 'A').length;

describe('assignVariant()', () => {
  it.each([0.1, 0.5, 0.9])('gives variant A to a share of %d, within four standard deviations', (trafficSplit) => {
    const deviation = Math.sqrt(SUBJECTS.length * trafficSplit * (1 - trafficSplit));
    expect(Math.abs(countA(ID, trafficSplit) - SUBJECTS.length * trafficSplit)).toBeLessThan(4 * deviation);
  });

  it('gives variant A to nobody with a share of 0, and to all with a share of 1', () => {
    expect(countA(ID, 0)).toBe(0);
    expect(countA(ID, 1)).toBe(SUBJECTS.length);
  });

  it('gives a subject the same variant on every machine', () => {
    const variants = SUBJECTS.slice(0, 12).map((subject) => assignVariant({ id: ID, trafficSplit: 0.5 }, subject));
    expect(variants.join('')).toMatchInlineSnapshot(`"BAAABABAABAA"`);
  });

  it('keeps everybody in variant A when the share of A grows', () => {
    const before = SUBJECTS.filter((subject) => assignVariant({ id: ID, trafficSplit: 0.3 }, subject) === 'A');
    expect(before.every((subject) => assignVariant({ id: ID, trafficSplit: 0.4 }, subject) === 'A')).toBe(true);
  });

  it('divides the subjects of two experiments independently', () => {
    const both = SUBJECTS.filter(
      (subject) =>
        assignVariant({ id: ID, trafficSplit: 0.5 }, subject) === 'A' &&
        assignVariant({ id: OTHER_ID, trafficSplit: 0.5 }, subject) === 'A',
    ).length;
    const deviation = Math.sqrt(SUBJECTS.length * 0.25 * 0.75);
    expect(Math.abs(both - SUBJECTS.length / 4)).toBeLessThan(4 * deviation);
  });
});
