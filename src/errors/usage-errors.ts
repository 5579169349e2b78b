import * as typeorm from 'typeorm';
import { TypeORMError } from 'typeorm';

/**
 * Returns TypeORM's message about a wrong call without data: fixed sentences, and names from the entities. Arguments of the caller
 * (a property, a relation, a number) are replaced by `…`.
 *
 * @returns undefined for every other error
 */
export function getUsageMessage(error: unknown): string | undefined {
  if (!(error instanceof TypeORMError)) return undefined;
  const { message } = error;
  if (listFixedMessages().has(message)) return message;
  for (const { pattern, shown } of PATTERNS) {
    if (pattern.test(message)) return message.replace(pattern, shown);
  }
  return undefined;
}

/** Classes whose message is always the same. */
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

let fixedMessages: ReadonlySet<string> | undefined;

function listFixedMessages(): ReadonlySet<string> {
  return (fixedMessages ??= new Set(FIXED.map((name) => new typeorm[name]().message)));
}

interface UsagePattern {
  readonly pattern: RegExp;
  /** The message without data. */
  readonly shown: string;
}

/** Creates a pattern whose text is shown unchanged. `<name>` and `<kind>` match names of entities, properties and operations. */
function showAll(text: string): UsagePattern {
  return { pattern: createPattern(text), shown: '$&' };
}

/** Creates a pattern in which `<any>` is replaced by `…`. */
function removeData(text: string): UsagePattern {
  let group = 0;
  const shown = text.replaceAll(/<(\w+)>/g, (_, kind: string) => {
    group += 1;
    return kind === 'any' ? '…' : `$${group}`;
  });
  return { pattern: createPattern(text), shown };
}

function createPattern(text: string): RegExp {
  const source = text
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/<(\w+)>/g, (_, kind: string) => GROUPS[kind] ?? '([\\w.-]+)');
  return new RegExp(`^${source}$`);
}

/** Patterns of the placeholders. `<Alias>` is the alias of an entity, which is its class name. */
const GROUPS: Readonly<Record<string, string>> = { any: '([^]*)', Alias: '([A-Z]\\w*)' };

const NULL_HELP =
  "To match with SQL NULL, the IsNull() operator must be used. Set 'invalidWhereValuesBehavior.null' to 'ignore' or 'sql-null' in connection options to skip or handle null values.";
const UNDEFINED_HELP =
  "Set 'invalidWhereValuesBehavior.undefined' to 'ignore' in connection options to skip properties with undefined values.";

const PATTERNS: readonly UsagePattern[] = [
  // With an alias, the property is a name of the entity: TypeORM has found it there. Without one, it can be data.
  showAll(`Null value encountered in property '<Alias>.<name>' of a where condition. ${NULL_HELP}`),
  showAll(`Undefined value encountered in property '<Alias>.<name>' of a where condition. ${UNDEFINED_HELP}`),
  removeData(`Null value encountered in property '<any>' of a where condition. ${NULL_HELP}`),
  removeData(`Undefined value encountered in property '<any>' of a where condition. ${UNDEFINED_HELP}`),
  showAll('Empty criteria(s) are not allowed for the <name> method.'),
  showAll(
    'Empty criteria(s) are not allowed for the <name> operation. Provide a WHERE condition, or build the query without one to intentionally affect all rows.',
  ),
  showAll('Transaction method requires callback in second parameter if isolation level is supplied.'),
  showAll('Entity "<name>" does not have delete date columns.'),
  showAll('Entity <name> does not have version or update date columns.'),
  showAll('Internal error. Subject <name> must have an identifier to perform operation.'),
  showAll(
    'Removed entity "<name>" is also scheduled for update operation. Make sure you are not updating and removing same object (note that update or remove may be executed by cascade operations).',
  ),
  showAll('Cannot update entity because entity id is not set in the entity.'),
  showAll('Provided entity does not have ids set, cannot perform operation.'),
  showAll('.whereEntity method can only be used on queries which update real entity table.'),
  showAll('QueryBuilder parameter keys may only contain numbers, letters, underscores, or periods.'),
  showAll('Entity where values should be inserted is not specified. Call "qb.into(entity)" method to specify it.'),
  showAll('Entity whose relation needs to be set is not set. Use .of method to define whose relation you want to set.'),
  showAll(
    'Set operation is only supported for many-to-one and one-to-one relations. However given "<name>" has <kind> relation. Use .add() method instead.',
  ),
  showAll(
    'Add operation is only supported for many-to-many and one-to-many relations. However given "<name>" has <kind> relation. Use .set() method instead.',
  ),
  showAll('Cannot build query because main alias is not set (call qb#from method)'),
  showAll('Main alias is not set'),
  showAll('Entity to work with is not specified!'),
  showAll('lockTables cannot be an empty array'),
  removeData('Provided "<name>" value is not a number. Please provide a numeric value.'),
  removeData('Property "<any>" was not found in "<name>". Make sure your query is correct.'),
  removeData('Relation "<any>" was not found; please check if it is correct and really exists in your entity.'),
  removeData('Relations <any> were not found; please check if relations are correct and they exist in your entities.'),
  removeData('No metadata for "<any>" was found.'),
  removeData('Cannot <name>, given value must be an entity, instead "<any>" is given.'),
  showAll(
    'Cannot <name>, given value must be instance of entity class, instead object literal is given. Or you must specify an entity target to method call.',
  ),
  removeData('"<any>" alias was not found. Maybe you forgot to join it?'),
  removeData('"<any>" is not part of this query'),
  removeData('Relation with property path <any> in entity was not found.'),
  removeData('Column <any> was not found in <name> entity.'),
  removeData('Value "<any>" is not a number.'),
  removeData('The optimistic lock on entity <name> failed, version <any> was expected, but is actually <any>.'),
  removeData('Invalid order direction "<any>" for "<any>". Allowed values: ASC, DESC.'),
];
