import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { seedReference } from '../../../src/seeds/reference/reference.seeder.js';
import { useDatabase } from '../../support/database.js';
import { preparedServer } from '../../support/databases.js';

jest.setTimeout(60_000);

/** Zones with a day that never was, days without midnight, odd offsets, and seconds in their offset. */
const ZONES = [
  ...['UTC', 'Pacific/Apia', 'Pacific/Kwajalein', 'America/Sao_Paulo', 'Asia/Beirut'],
  ...['Asia/Kolkata', 'Pacific/Kiritimati', 'Africa/Monrovia'],
];

/** Skipped in Apia and in Kwajalein; without midnight in São Paulo and Beirut; the ends of the range; a leap day. */
const DAYS = ['2011-12-30', '1993-08-21', '2018-11-04', '2026-03-29', '1970-01-01', '9999-12-31', '2028-02-29'];

const MOMENTS = [
  '2011-12-30T10:30:00.123Z',
  '2026-03-29T01:30:00.000Z',
  '1971-06-01T12:00:00.500Z',
  '2026-11-01T05:59:59.999Z',
];

describe('a process in another time zone', () => {
  const db = useDatabase();

  beforeAll(async () => {
    await seedReference(db.dataSource);
    await db.dataSource.query(`INSERT INTO authors (platform, platform_id, handle) VALUES ('TWITTER', '1', 'ann')`);
  });

  it.each(ZONES.map((zone) => ({ zone })))('reads and writes the same days and times in $zone', async ({ zone }) => {
    await db.dataSource.query('DELETE FROM kpi_metrics; DELETE FROM posts');
    for (const [place, at] of MOMENTS.entries()) {
      await db.dataSource.query(
        `INSERT INTO posts (platform, platform_post_id, author_id, content, detected_at, raw_metrics)
         SELECT 'TWITTER', $1, id, 'my head', now(), jsonb_build_object('at', $2::text) FROM authors`,
        [String(place), at],
      );
    }
    const script = join(preparedServer().program, 'test/support/days.js');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--disable-warning=DeprecationWarning', script, db.url, ...DAYS],
      {
        env: { ...process.env, TZ: zone },
      },
    );
    const {
      read,
      moments,
      zone: actual,
    } = JSON.parse(stdout) as {
      read: { date: string; all: string[]; entities: string[]; stored: string[]; list: string[] }[];
      moments: unknown[];
      zone: string;
    };
    expect(actual).toBe(zone.replace('Kolkata', 'Calcutta'));
    for (const { date, all, entities, stored, list } of read) {
      expect({ date, all, entities, stored, list }).toEqual({
        date,
        all: Array(7).fill(date),
        ...{ entities: Array(3).fill(date), stored: Array(3).fill(date), list: Array(3).fill(date) },
      });
    }
    expect(moments).toEqual(MOMENTS.map((at) => [at, at, at]));
  });
});
