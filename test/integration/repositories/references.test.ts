import { beforeEach, describe, expect, it } from '@jest/globals';
import { inTransaction } from '../../../src/connection/transaction.js';
import { createDataSource } from '../../../src/data-source.js';
import {
  ArchetypeRepository,
  ChampionTierRepository,
  CompetitorCategoryRepository,
  EscalationReasonRepository,
  KpiTypeRepository,
  PowerTierRepository,
} from '../../../src/repositories/reference.repository.js';
import { useDatabase } from '../../support/database.js';
import { readAudit } from './stored-rows.js';

const db = useDatabase();
let archetypes: ArchetypeRepository;

beforeEach(async () => {
  archetypes = ArchetypeRepository.of(db.dataSource);
  await db.dataSource.query('DELETE FROM archetypes');
  // The repositories keep rows; a write through them lets go of what was deleted behind their back.
  await archetypes.add({ name: 'COACH', description: 'Advice.' }, 'operator_1');
});

describe('ReferenceRepository', () => {
  it('finds a row by name, and throws for an unknown name with the names that exist', async () => {
    expect(await archetypes.getByName('COACH')).toMatchObject({ name: 'COACH', isActive: true });
    await expect(archetypes.getByName('MYTH_BUST')).rejects.toMatchObject({
      code: 'UNKNOWN_REFERENCE',
      names: ['COACH'],
      message: 'No row of archetypes has the name MYTH_BUST. Use one of: COACH.',
    });
    await expect(archetypes.getByName('@runner_ana')).rejects.toThrow(
      'No row of archetypes has this name. Use one of: COACH.',
    );
  });

  it('adds, renames, retires and reactivates a row, each with one audit row', async () => {
    const { id } = await archetypes.add({ name: 'NEW_STYLE', description: 'New.' }, 'operator_1');
    await archetypes.rename('NEW_STYLE', 'NEWER_STYLE', 'operator_2');
    await archetypes.deactivate('NEWER_STYLE', 'operator_1');
    await archetypes.deactivate('NEWER_STYLE', 'operator_1');
    expect(await archetypes.getByName('NEWER_STYLE')).toMatchObject({ id, isActive: false });
    expect((await archetypes.list()).map(({ name }) => name)).toEqual(['COACH']);
    expect((await archetypes.list({ includeRetired: true })).map(({ name }) => name)).toEqual(['COACH', 'NEWER_STYLE']);
    await archetypes.activate('NEWER_STYLE', 'operator_1');
    expect(await archetypes.list()).toHaveLength(2);
    expect(await readAudit(db.dataSource, id)).toEqual([
      { action: 'archetype.create', actor: 'operator_1', details: { name: 'NEW_STYLE' } },
      { action: 'archetype.rename', actor: 'operator_2', details: { from: 'NEW_STYLE', to: 'NEWER_STYLE' } },
      { action: 'archetype.deactivate', actor: 'operator_1', details: { name: 'NEWER_STYLE' } },
      { action: 'archetype.activate', actor: 'operator_1', details: { name: 'NEWER_STYLE' } },
    ]);
  });

  it('refuses to rename what code looks up, but retires it', async () => {
    await expect(archetypes.rename('COACH', 'TRAINER', 'operator_1')).rejects.toMatchObject({
      name: 'NameIsUsedByCode',
      code: 'STATE_CONFLICT',
    });
    await archetypes.deactivate('COACH', 'operator_1');
    expect(await archetypes.getByName('COACH')).toMatchObject({ isActive: false });
  });

  it('refuses invalid, taken and unknown names', async () => {
    await archetypes.add({ name: 'OTHER', description: 'Other.' }, 'operator_1');
    const invalid = archetypes.add({ name: 'lower case', description: 'No.' }, 'operator_1');
    await expect(invalid).rejects.toMatchObject({ code: 'ENTITY_INVALID' });
    const taken = { sqlState: '23505', constraint: 'uq_archetypes__name' };
    await expect(archetypes.add({ name: 'COACH', description: 'Again.' }, 'operator_1')).rejects.toMatchObject(taken);
    await expect(archetypes.rename('OTHER', 'COACH', 'operator_1')).rejects.toMatchObject(taken);
    await expect(archetypes.rename('NOBODY', 'SOMEBODY', 'operator_1')).rejects.toMatchObject({
      code: 'UNKNOWN_REFERENCE',
    });
    await expect(archetypes.activate('NOBODY', 'operator_1')).rejects.toMatchObject({ code: 'UNKNOWN_REFERENCE' });
  });

  it('keeps the rows, sees its own writes at once, and looks up an unknown name again', async () => {
    const other = await createDataSource({ url: db.url, poolSize: 1 }).initialize();
    try {
      await archetypes.list();
      await ArchetypeRepository.of(other).add({ name: 'ELSEWHERE', description: 'Another process.' }, 'operator_1');
      expect((await archetypes.list()).map(({ name }) => name)).toEqual(['COACH']);
      expect(await archetypes.getByName('ELSEWHERE')).toMatchObject({ isActive: true });
      expect(await archetypes.list()).toHaveLength(2);
      const [first, second] = [await archetypes.getByName('COACH'), await archetypes.getByName('COACH')];
      expect(first).toBe(second);
      expect(Object.isFrozen(first)).toBe(true);
    } finally {
      await other.destroy();
    }
  });

  it('does not keep what a transaction has not committed', async () => {
    const failing = inTransaction(db.dataSource, async (manager) => {
      const inside = ArchetypeRepository.of(manager);
      await inside.add({ name: 'PASSING', description: 'Rolled back.' }, 'operator_1');
      expect(await inside.getByName('PASSING')).toMatchObject({ isActive: true });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await expect(archetypes.getByName('PASSING')).rejects.toMatchObject({ code: 'UNKNOWN_REFERENCE' });
  });

  it('serves all six tables', async () => {
    const { dataSource } = db;
    const named = { name: 'SOME_NAME', description: 'What belongs to it.' };
    const added = [
      await ArchetypeRepository.of(dataSource).add(named, 'system'),
      await PowerTierRepository.of(dataSource).add({ ...named, followerThreshold: 5_000 }, 'system'),
      await CompetitorCategoryRepository.of(dataSource).add(named, 'system'),
      await KpiTypeRepository.of(dataSource).add({ ...named, aggregationType: 'SUM' }, 'system'),
      await EscalationReasonRepository.of(dataSource).add({ ...named, severity: 'HIGH' }, 'system'),
      await ChampionTierRepository.of(dataSource).add({ ...named, minEngagement: 3, benefits: ['Tea'] }, 'system'),
    ];
    expect(added).toMatchObject([
      {},
      { followerThreshold: 5_000 },
      {},
      { aggregationType: 'SUM' },
      { severity: 'HIGH' },
      { benefits: ['Tea'] },
    ]);
    const tiers = ChampionTierRepository.of(dataSource);
    await tiers.rename('SOME_NAME', 'OTHER_NAME', 'system');
    expect((await readAudit(dataSource, added[5]?.id ?? '')).map(({ action }) => action)).toEqual([
      'champion_tier.create',
      'champion_tier.rename',
    ]);
  });
});
