/** Data that breaks the rules of its entity or input class. */
import { plainToInstance } from 'class-transformer';
import { IsEmail, MinLength, validate, ValidateNested } from 'class-validator';
import type { DataSource } from 'typeorm';
import { Author, Post } from '../../../src/entities/index.js';
import {
  assertValid,
  AuthorInput,
  EntityValidationError,
  InputValidationError,
  InteractionInput,
  PostContentInput,
} from '../../../src/validation/index.js';
import { HANDLE, POST_TEXT } from './planted.js';
import type { Path } from './probe.js';
import { ID, PLANTED_AUTHOR } from './statements.js';

const LONG = POST_TEXT.repeat(100);

/** Its key is data, and named. */
const byKey = <C>(path: Path<C>): Path<C> => ({ ...path, open: true });

const entity = (name: string, changes: object): Path<DataSource> => ({
  name: `an entity with ${name}`,
  fail: (dataSource) =>
    dataSource.getRepository(Author).save(Object.assign(new Author(), PLANTED_AUTHOR, { platformId: '9' }, changes)),
  expected: EntityValidationError,
});

export const ENTITIES: readonly Path<DataSource>[] = [
  byKey({
    name: 'an update of a property that is data',
    fail: (dataSource) => dataSource.manager.update(Author, { handle: HANDLE }, { [HANDLE]: 1 }),
    expected: EntityValidationError,
  }),
  entity('a text as handle', { handle: POST_TEXT }),
  entity('a handle as platform', { platform: HANDLE }),
  entity('a text as score', { relationshipScore: POST_TEXT }),
  entity('texts as tags', { archetypeTags: [POST_TEXT, HANDLE] }),
  byKey(entity('texts in its history', { interactionHistory: [{ type: POST_TEXT, [HANDLE]: POST_TEXT, at: HANDLE }] })),
  entity('a list for its history', { interactionHistory: { [HANDLE]: POST_TEXT } }),
  entity('a text for a date', { firstSeenAt: POST_TEXT }),
  entity('a text that is too long', { displayName: LONG }),
  {
    name: 'an update with a text as handle',
    fail: (dataSource) => dataSource.getRepository(Author).update({ handle: HANDLE }, { handle: POST_TEXT }),
    expected: EntityValidationError,
  },
  {
    name: 'an insert of many with one that is wrong',
    fail: (dataSource) =>
      dataSource
        .getRepository(Post)
        .insert([1, 2].map((n) => ({ platform: 'TWITTER', platformPostId: `${n}`, authorId: ID, content: LONG }))),
    expected: EntityValidationError,
  },
];

class Email {
  @IsEmail() address!: string;
}

/** Decorated by a service, in class-validator's own words. */
class Contact {
  @MinLength(9_000) text!: string;
  @ValidateNested() email!: Email;
}

const refused = (name: string, Class: new () => object, data: unknown): Path => ({
  name: `an input with ${name}`,
  fail: () => Promise.resolve().then(() => assertValid(Class, data)),
  expected: InputValidationError,
});

export const INPUTS: readonly Path[] = [
  refused('a text that is too long', PostContentInput, { content: LONG }),
  byKey(refused('an unknown property', PostContentInput, { content: POST_TEXT, [HANDLE]: POST_TEXT })),
  refused('a text as handle', AuthorInput, { platform: 'TWITTER', platformId: HANDLE, handle: POST_TEXT }),
  refused('a handle as platform', AuthorInput, { platform: HANDLE, platformId: HANDLE, handle: HANDLE }),
  byKey(refused('texts everywhere', InteractionInput, { [HANDLE]: { [POST_TEXT]: HANDLE }, type: POST_TEXT })),
  refused('a list instead of an object', PostContentInput, [POST_TEXT]),
  refused('a text instead of an object', PostContentInput, POST_TEXT),
  refused('a handle as a dangerous key', PostContentInput, JSON.parse(`{"__proto__": {"${HANDLE}": 1}}`)),
  refused('rules of class-validator', Contact, { text: POST_TEXT, email: { address: HANDLE, [HANDLE]: POST_TEXT } }),
];

/** What class-validator's own `validate()` gives, thrown as NestJS and others do: only for what takes any error. */
export const VIOLATIONS: readonly Path[] = [
  ['its own rules', {}],
  ['keys that it does not know', { whitelist: true, forbidNonWhitelisted: true }],
  ['targets left out', { whitelist: true, forbidNonWhitelisted: true, validationError: { target: false } }],
].map(([name, options]) => ({
  name: `errors of validate(), ${name as string}`,
  fail: async () => {
    const contact = plainToInstance(Contact, { text: POST_TEXT, email: { address: HANDLE, [HANDLE]: 1 }, [HANDLE]: 1 });
    contact.email = plainToInstance(Email, contact.email);
    // A list, and no error: that is how they come.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw await validate(contact, options as object);
  },
  expected: {},
}));
