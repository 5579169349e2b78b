import { describe, expect, it } from '@jest/globals';
import { createNameBeside } from '../../../../src/operations/backup/server.js';

const AT = new Date('2026-11-23T07:50:12.123Z');
const LATER = new Date('2026-11-23T07:50:12.124Z');

describe('the name of a database next to another', () => {
  it('says which, what for and when', () => {
    expect(createNameBeside('antone', 'failed', AT)).toBe('antone_failed_20261123_075012_123');
  });

  it('differs within one second: a restore that follows another keeps both databases', () => {
    expect(createNameBeside('antone', 'failed', LATER)).not.toBe(createNameBeside('antone', 'failed', AT));
  });

  it('is at most 63 bytes, also when characters have several, and keeps its ending', () => {
    for (const character of ['ä', '€', '🙂']) {
      const name = createNameBeside(character.repeat(31), 'restore', AT);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
      expect(name).toMatch(new RegExp(`^${character}+_restore_20261123_075012_123$`, 'u'));
    }
  });
});
