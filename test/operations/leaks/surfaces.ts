import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { explain } from '../../../src/cli/command.js';
import { serializeError } from '../../../src/errors/redaction.js';
import { toDatabaseError } from '../../../src/validation/constraints.js';

/** A way of showing something that was thrown, or an object, as text. */
export type Surface = readonly [name: string, text: string];

/** What holds more than this many levels is no error: of all that a DataSource leads to, `inspect` would make 100 MB. */
const WHOLE = { depth: 8, maxStringLength: Infinity, maxArrayLength: Infinity };

/** What handlers written for TypeORM read of its errors. */
const TYPEORM_FIELDS = ['driverError', 'query', 'parameters', 'entityClass', 'criteria'] as const;

/** What anybody may do with what was thrown: print it, log it, send it on. */
export function surfacesOf(thrown: unknown): Surface[] {
  return [
    ['message', thrown instanceof Error ? thrown.message : String(thrown)],
    ['stack', thrown instanceof Error ? String(thrown.stack) : ''],
    ['cause', inspect((thrown as { cause?: unknown }).cause, WHOLE)],
    ...TYPEORM_FIELDS.map((field): Surface => {
      return [field, inspect((thrown as Record<string, unknown>)[field], { ...WHOLE, showHidden: true })];
    }),
    ['structuredClone', record(() => inspect(structuredClone(thrown), { ...WHOLE, showHidden: true }))],
    ...shownSurfaces(thrown),
    ...safeSurfaces(thrown),
  ];
}

/** Of what is printed as it is. */
export function shownSurfaces(value: unknown): Surface[] {
  return [
    ['String()', record(() => String(value))],
    ['util.inspect', inspect(value, WHOLE)],
    ['util.inspect, hidden properties too', inspect(value, { ...WHOLE, showHidden: true, getters: true })],
    [
      'util.format',
      format(
        '%s %o %O %j',
        value,
        value,
        value,
        record(() => JSON.stringify(value)),
      ),
    ],
    ['JSON', record(() => JSON.stringify(value))],
    ['JSON of its fields', record(() => JSON.stringify({ ...(value as object) }))],
    ['JSON of all its properties', record(() => JSON.stringify(ownProperties(value)))],
    [
      'console.error',
      printed((logger) => {
        logger.error('It failed:', value);
      }),
    ],
    [
      'console.dir',
      printed((logger) => {
        logger.dir({ context: { value } }, WHOLE);
      }),
    ],
  ];
}

/** What this package offers for any error whatever. */
export function safeSurfaces(thrown: unknown): Surface[] {
  const translated = toDatabaseError(thrown);
  // What is one already stays what it is.
  const known = translated === thrown ? undefined : translated;
  return [
    ['serializeError', JSON.stringify(serializeError(thrown))],
    ['serializeError, inspected', inspect(serializeError(thrown), { ...WHOLE, showHidden: true })],
    ['toDatabaseError', inspect(known, WHOLE) + JSON.stringify(known)],
    ['CLI', explain(thrown, false)],
    ['CLI with DEBUG', explain(thrown, true)],
  ];
}

/** As loggers do that know of errors: what is not enumerable as well, at two levels. */
function ownProperties(value: unknown, depth = 0): unknown {
  if (!(value instanceof Error)) return value;
  const entries = Object.getOwnPropertyNames(value).map((name) => [name, (value as never)[name]] as const);
  return Object.fromEntries(
    entries.map(([name, property]) => [name, depth > 1 ? String(property) : ownProperties(property, depth + 1)]),
  );
}

function printed(print: (logger: Console) => void): string {
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  print(new Console({ stdout: sink, stderr: sink, colorMode: false }));
  return text;
}

/** JSON has no form for circles, and what it says of them names properties: what a service would then print. */
function record(show: () => string | undefined): string {
  try {
    return show() ?? '';
  } catch (error) {
    return inspect(error);
  }
}
