import { describe, expect, it } from '@jest/globals';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { MigrationsNotClasses } from '../../../../src/operations/migrator/errors.js';
import { listMigrations } from '../../../../src/operations/migrator/known-migrations.js';
import { classOf, stamp } from '../../../support/migrator/history.js';

const Create = classOf({ name: `Create${stamp(1)}`, up: [] });
const list = (migrations: DataSourceOptions['migrations']): string[] =>
  listMigrations(new DataSource({ type: 'postgres', ...(migrations && { migrations }) })).map(({ name }) => name);

describe('the list of migrations of a DataSource', () => {
  it('contains the classes of an array or an object, by the name that TypeORM records', () => {
    class Named1700000000002 extends Create {
      override readonly name = undefined as unknown as string;
    }
    expect(list([Create, Named1700000000002])).toEqual([`Create${stamp(1)}`, 'Named1700000000002']);
    expect(list({ Create })).toEqual([`Create${stamp(1)}`]);
    expect(list(undefined)).toEqual([]);
  });

  it('refuses a glob instead of ignoring it', () => {
    expect(() => list([Create, 'dist/migrations/*.js'])).toThrow(MigrationsNotClasses);
    expect(() => list(['dist/migrations/*.js'])).toThrow(
      /^The option "migrations" of the DataSource contains "dist\/migrations\/\*\.js", which is not a class: pass the migration classes themselves$/,
    );
  });

  it('refuses an instance of a migration', () => {
    expect(() => list([new Create()] as unknown as DataSourceOptions['migrations'])).toThrow(
      /contains a value of type object, which is not a class/,
    );
  });
});
