import 'reflect-metadata';
import { describe, expect, it, test } from '@jest/globals';
import { serializeError } from '@shared/db';
import * as typeorm from 'typeorm';
import { getUsageMessage } from '../../../src/errors/usage-errors.js';

const SECRET = 'invented_handle';
const metadata = { name: 'Post', targetName: 'Post' } as never;
const HELP = {
  null: "To match with SQL NULL, the IsNull() operator must be used. Set 'invalidWhereValuesBehavior.null' to 'ignore' or 'sql-null' in connection options to skip or handle null values.",
};

/** Kept in full: the message is always the same, or holds names of the entities only. */
const KEPT: Readonly<Record<string, Error>> = {
  CannotConnectAlreadyConnectedError: new typeorm.CannotConnectAlreadyConnectedError(),
  CannotDetermineEntityError: new typeorm.CannotDetermineEntityError('save'),
  CannotExecuteNotConnectedError: new typeorm.CannotExecuteNotConnectedError(),
  InsertValuesMissingError: new typeorm.InsertValuesMissingError(),
  LimitOnUpdateNotSupportedError: new typeorm.LimitOnUpdateNotSupportedError(),
  LockNotSupportedOnGivenDriverError: new typeorm.LockNotSupportedOnGivenDriverError(),
  MissingDeleteDateColumnError: new typeorm.MissingDeleteDateColumnError(metadata),
  NamedPlaceholdersNotSupportedError: new typeorm.NamedPlaceholdersNotSupportedError(),
  NoNeedToReleaseEntityManagerError: new typeorm.NoNeedToReleaseEntityManagerError(),
  NoVersionOrUpdateDateColumnError: new typeorm.NoVersionOrUpdateDateColumnError('Post'),
  OffsetWithoutLimitNotSupportedError: new typeorm.OffsetWithoutLimitNotSupportedError(),
  OptimisticLockCanNotBeUsedError: new typeorm.OptimisticLockCanNotBeUsedError(),
  PersistedEntityNotFoundError: new typeorm.PersistedEntityNotFoundError(),
  PessimisticLockTransactionRequiredError: new typeorm.PessimisticLockTransactionRequiredError(),
  QueryRunnerAlreadyReleasedError: new typeorm.QueryRunnerAlreadyReleasedError(),
  QueryRunnerProviderAlreadyReleasedError: new typeorm.QueryRunnerProviderAlreadyReleasedError(),
  ReturningStatementNotSupportedError: new typeorm.ReturningStatementNotSupportedError(),
  SubjectRemovedAndUpdatedError: new typeorm.SubjectRemovedAndUpdatedError({ metadata } as never),
  SubjectWithoutIdentifierError: new typeorm.SubjectWithoutIdentifierError({ metadata } as never),
  TransactionAlreadyStartedError: new typeorm.TransactionAlreadyStartedError(),
  TransactionNotStartedError: new typeorm.TransactionNotStartedError(),
  UpdateValuesMissingError: new typeorm.UpdateValuesMissingError(),
};

/** Kept without what the caller gave, which may be data. */
const WITHOUT_DATA: Readonly<Record<string, Error>> = {
  EntityMetadataNotFoundError: new typeorm.EntityMetadataNotFoundError(SECRET),
  EntityPropertyNotFoundError: new typeorm.EntityPropertyNotFoundError(SECRET, metadata),
  FindRelationsNotFoundError: new typeorm.FindRelationsNotFoundError([SECRET]),
  MustBeEntityError: new typeorm.MustBeEntityError('save', SECRET),
  OptimisticLockVersionMismatchError: new typeorm.OptimisticLockVersionMismatchError('Post', 7, 8),
};

/** Withheld. Those of a query are translated; the others speak of decorators, options and other databases, and only at the start. */
const WITHHELD = [
  ...[
    'QueryFailedError',
    'EntityNotFoundError',
    'TypeORMError',
    'CannotCreateEntityIdMapError',
    'ForbiddenTransactionModeOverrideError',
  ],
  ...[
    'AlreadyHasActiveConnectionError',
    'CannotAttachTreeChildrenEntityError',
    'CannotGetEntityManagerNotConnectedError',
  ],
  ...[
    'CannotReflectMethodParameterTypeError',
    'CircularRelationsError',
    'ColumnTypeUndefinedError',
    'ConnectionIsNotSetError',
  ],
  ...[
    'ConnectionNotFoundError',
    'DataTypeNotSupportedError',
    'DriverOptionNotSetError',
    'DriverPackageNotInstalledError',
  ],
  ...[
    'InitializedRelationError',
    'MetadataAlreadyExistsError',
    'MetadataWithSuchNameAlreadyExistsError',
    'MissingDriverError',
  ],
  ...['MissingJoinColumnError', 'MissingJoinTableError', 'MissingPrimaryColumnError', 'NestedSetMultipleRootError'],
  ...[
    'NoConnectionForRepositoryError',
    'NoConnectionOptionError',
    'PrimaryColumnCannotBeNullableError',
    'RepositoryNotTreeError',
  ],
  ...[
    'TreeRepositoryNotSupportedError',
    'UsingJoinColumnIsNotAllowedError',
    'UsingJoinColumnOnlyOnOneSideAllowedError',
  ],
  ...['UsingJoinTableIsNotAllowedError', 'UsingJoinTableOnlyOnOneSideAllowedError'],
];

const replaced = new typeorm.UpdateValuesMissingError();
replaced.message = SECRET;

test('each class of TypeORM’s errors is audited', () => {
  const classes = Object.entries(typeorm as unknown as Record<string, unknown>)
    .filter(([name, value]) => name.endsWith('Error') && typeof value === 'function')
    .map(([name]) => name);
  const audited = [...Object.keys(KEPT), ...Object.keys(WITHOUT_DATA), ...WITHHELD];
  expect(classes.filter((name) => !audited.includes(name))).toEqual([]);
  expect(classes.length).toBeGreaterThan(45);
});

describe('serializeError of a wrong call of TypeORM', () => {
  it.each(Object.entries(KEPT))('keeps the message of %s', (name, error) => {
    expect(serializeError(error)).toMatchObject({ name, message: error.message });
  });

  it.each(Object.entries(WITHOUT_DATA))('keeps the message of %s without what was given', (name, error) => {
    const { message } = serializeError(error);
    expect(serializeError(error)).toMatchObject({ name, message: expect.stringContaining('…') as unknown });
    expect(message).not.toMatch(new RegExp(`${SECRET}|withheld|[78]`));
  });

  it('names the property of a null in where() as far as TypeORM has found it in the entity', () => {
    const found = `Null value encountered in property 'Post.processedAt' of a where condition. ${HELP.null}`;
    expect(getUsageMessage(new typeorm.TypeORMError(found))).toBe(found);
    const given = `Null value encountered in property '${SECRET}' of a where condition. ${HELP.null}`;
    expect(getUsageMessage(new typeorm.TypeORMError(given))).toBe(
      `Null value encountered in property '…' of a where condition. ${HELP.null}`,
    );
  });

  it.each<[string, Error]>([
    ['another text', new typeorm.TypeORMError(SECRET)],
    ['a text behind a known one', new typeorm.TypeORMError(`Main alias is not set ${SECRET}`)],
    ['a replaced message', replaced],
    ['a known text of another error', new Error('Main alias is not set')],
  ])('withholds %s', (_, error) => {
    expect(getUsageMessage(error)).toBeUndefined();
    expect(JSON.stringify(serializeError(error))).not.toContain(SECRET);
  });
});
