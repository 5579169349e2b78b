import * as typeorm from 'typeorm';
import { TypeORMError } from 'typeorm';

/**
 * What TypeORM says about a call that it cannot carry out, as far as it holds no value: fixed sentences, and names that come from the
 * entities. A part that repeats what the caller gave (a property, a relation, a number) shows as `…`: it may be data.
 *
 * @returns undefined for every other error.
 */
export function usageMessageOf(error: unknown): string | undefined {
  if (!(error instanceof TypeORMError)) return undefined;
  const { message } = error;
  if (fixedMessages().has(message)) return message;
  for (const { pattern, shown } of PATTERNS) {
    if (pattern.test(message)) return message.replace(pattern, shown);
  }
  return undefined;
}

/** Classes whose message is the same each time. */
const FIXED = [
  'CannotConnectAlreadyConnectedError',
  'CannotExecuteNotConnectedError',
  'InsertValuesMissingError',
  'LimitOnUpdateNotSupportedError',
  'LockNotSupportedOnGivenDriverError',
  'NamedPlaceholdersNotSupportedError',
  'NoNeedToReleaseEntityManagerError',
  'OffsetWithoutLimitNotSupportedError',
  'OptimisticLockCanNotBeUsedError',
  'PersistedEntityNotFoundError',
  'PessimisticLockTransactionRequiredError',
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
  'ReturningStatementNotSupportedError',
  'TransactionAlreadyStartedError',
  'TransactionNotStartedError',
  'UpdateValuesMissingError',
] as const;

let fixed: ReadonlySet<string> | undefined;

function fixedMessages(): ReadonlySet<string> {
  return (fixed ??= new Set(FIXED.map((name) => new typeorm[name]().message)));
}

interface UsagePattern {
  readonly pattern: RegExp;
  /** The message without what may be data. */
  readonly shown: string;
}

/** A pattern whose text is shown as it is. `<name>` and `<kind>` are the name of an entity, property or operation that TypeORM knows. */
function named(text: string): UsagePattern {
  return { pattern: patternOf(text), shown: '$&' };
}

/** A pattern of which `<any>` shows as `…`. */
function withoutData(text: string): UsagePattern {
  let group = 0;
  const shown = text.replaceAll(/<(\w+)>/g, (_, kind: string) => {
    group += 1;
    return kind === 'any' ? '…' : `$${group}`;
  });
  return { pattern: patternOf(text), shown };
}

function patternOf(text: string): RegExp {
  const source = text
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/<(\w+)>/g, (_, kind: string) => GROUPS[kind] ?? '([\\w.-]+)');
  return new RegExp(`^${source}$`);
}

/** Data may be anything; the alias of an entity is its class name. */
const GROUPS: Readonly<Record<string, string>> = { any: '([^]*)', Alias: '([A-Z]\\w*)' };

const NULL_HELP =
  "To match with SQL NULL, the IsNull() operator must be used. Set 'invalidWhereValuesBehavior.null' to 'ignore' or 'sql-null' in connection options to skip or handle null values.";
const UNDEFINED_HELP =
  "Set 'invalidWhereValuesBehavior.undefined' to 'ignore' in connection options to skip properties with undefined values.";

const PATTERNS: readonly UsagePattern[] = [
  // Before TypeORM writes an alias in front of the property, it has looked the property up in the entity.
  named(`Null value encountered in property '<Alias>.<name>' of a where condition. ${NULL_HELP}`),
  named(`Undefined value encountered in property '<Alias>.<name>' of a where condition. ${UNDEFINED_HELP}`),
  withoutData(`Null value encountered in property '<any>' of a where condition. ${NULL_HELP}`),
  withoutData(`Undefined value encountered in property '<any>' of a where condition. ${UNDEFINED_HELP}`),
  named('Empty criteria(s) are not allowed for the <name> method.'),
  named(
    'Empty criteria(s) are not allowed for the <name> operation. Provide a WHERE condition, or build the query without one to intentionally affect all rows.',
  ),
  named('Transaction method requires callback in second parameter if isolation level is supplied.'),
  named('Entity "<name>" does not have delete date columns.'),
  named('Entity <name> does not have version or update date columns.'),
  named('Internal error. Subject <name> must have an identifier to perform operation.'),
  named(
    'Removed entity "<name>" is also scheduled for update operation. Make sure you are not updating and removing same object (note that update or remove may be executed by cascade operations).',
  ),
  named('Cannot update entity because entity id is not set in the entity.'),
  named('Provided entity does not have ids set, cannot perform operation.'),
  named('.whereEntity method can only be used on queries which update real entity table.'),
  named('QueryBuilder parameter keys may only contain numbers, letters, underscores, or periods.'),
  named('Entity where values should be inserted is not specified. Call "qb.into(entity)" method to specify it.'),
  named('Entity whose relation needs to be set is not set. Use .of method to define whose relation you want to set.'),
  named(
    'Set operation is only supported for many-to-one and one-to-one relations. However given "<name>" has <kind> relation. Use .add() method instead.',
  ),
  named(
    'Add operation is only supported for many-to-many and one-to-many relations. However given "<name>" has <kind> relation. Use .set() method instead.',
  ),
  named('Cannot build query because main alias is not set (call qb#from method)'),
  named('Main alias is not set'),
  named('Entity to work with is not specified!'),
  named('lockTables cannot be an empty array'),
  withoutData('Provided "<name>" value is not a number. Please provide a numeric value.'),
  withoutData('Property "<any>" was not found in "<name>". Make sure your query is correct.'),
  withoutData('Relation "<any>" was not found; please check if it is correct and really exists in your entity.'),
  withoutData('Relations <any> were not found; please check if relations are correct and they exist in your entities.'),
  withoutData('No metadata for "<any>" was found.'),
  withoutData('Cannot <name>, given value must be an entity, instead "<any>" is given.'),
  named(
    'Cannot <name>, given value must be instance of entity class, instead object literal is given. Or you must specify an entity target to method call.',
  ),
  withoutData('"<any>" alias was not found. Maybe you forgot to join it?'),
  withoutData('"<any>" is not part of this query'),
  withoutData('Relation with property path <any> in entity was not found.'),
  withoutData('Column <any> was not found in <name> entity.'),
  withoutData('Value "<any>" is not a number.'),
  withoutData('The optimistic lock on entity <name> failed, version <any> was expected, but is actually <any>.'),
  withoutData('Invalid order direction "<any>" for "<any>". Allowed values: ASC, DESC.'),
];
