/** Connection strings and variables that cannot be used. */
import { readConnectionEnvironment, EnvironmentError } from '../../../src/connection/environment.js';
import { SharedDbError } from '../../../src/errors/shared-db-error.js';
import { createDataSource } from '../../../src/data-source.js';
import { LOGIN, PASSWORD as INVENTED } from './planted.js';
import type { Path } from './probe.js';

const ENCODED = encodeURIComponent(INVENTED);

/** What is wrong, and the URL; also what the commands are given. */
export const BAD_URLS: Readonly<Record<string, string>> = {
  'no scheme': `${LOGIN}:${ENCODED}@localhost:5432/db`,
  'another scheme': `mysql://${LOGIN}:${ENCODED}@localhost:5432/db`,
  'a password that is not encoded': `postgres://${LOGIN}:${INVENTED}@localhost:5432/db`,
  'a broken percent sign': `postgres://${LOGIN}:${ENCODED}%zz@localhost:5432/db`,
  'bytes that are no UTF-8': `postgres://${LOGIN}:${ENCODED}%ff@localhost:5432/db`,
  'no port where it should be': `postgres://${LOGIN}:${ENCODED}@localhost:${ENCODED}/db`,
  'a port beyond all ports': `postgres://${LOGIN}:${ENCODED}@localhost:99999/db`,
  'no host': `postgres://${LOGIN}:${ENCODED}@/db`,
  'no database': `postgres://${LOGIN}:${ENCODED}@localhost:5432`,
  'two hosts': `postgres://${LOGIN}:${ENCODED}@one,two/db`,
  'a host and another': `postgres://${LOGIN}:${ENCODED}@one/db?host=two`,
  'a host with spaces': `postgres://${LOGIN}:${ENCODED}@${LOGIN} ${ENCODED}/db`,
  'an unknown parameter': `postgres://${LOGIN}:${ENCODED}@localhost/db?${ENCODED}=${ENCODED}`,
  'the password as parameter': `postgres://${LOGIN}@localhost/db?password=${ENCODED}`,
  'a parameter twice': `postgres://${LOGIN}:${ENCODED}@localhost/db?sslmode=${ENCODED}&sslmode=${ENCODED}`,
  'an unknown sslmode': `postgres://${LOGIN}:${ENCODED}@localhost/db?sslmode=${ENCODED}`,
  'a CA that is not there': `postgres://${LOGIN}:${ENCODED}@localhost/db?sslmode=verify-full&sslrootcert=/${ENCODED}`,
  'a key that is not there': `postgres://${LOGIN}:${ENCODED}@localhost/db?sslmode=verify-full&sslcert=/${ENCODED}&sslkey=/${ENCODED}`,
  'a fragment': `postgres://${LOGIN}:${ENCODED}@localhost/db#${ENCODED}`,
  'the words of libpq': `host=localhost user=${LOGIN} password=${INVENTED}`,
  'two lines': `postgres://${LOGIN}:${ENCODED}@localhost/db\n${INVENTED}`,
  'the password alone': INVENTED,
};

const urls: readonly Path[] = Object.entries(BAD_URLS).map(([name, url]) => ({
  name: `a URL with ${name}`,
  fail: () => Promise.resolve().then(() => createDataSource({ url })),
  expected: SharedDbError,
}));

/** Only these are set, and put back afterwards. */
const environment = (name: string, variables: Readonly<Record<string, string>>): Path => ({
  name: `an environment with ${name}`,
  fail: async () => {
    const before = { ...process.env };
    Object.assign(process.env, variables);
    try {
      await Promise.resolve();
      return createDataSource(readConnectionEnvironment());
    } finally {
      for (const variable of Object.keys(variables)) {
        if (before[variable] === undefined) Reflect.deleteProperty(process.env, variable);
        else process.env[variable] = before[variable];
      }
    }
  },
  expected: SharedDbError,
});

const ENVIRONMENTS: readonly Path[] = [
  { ...environment('a password and nothing else', { PGPASSWORD: INVENTED }), expected: EnvironmentError },
  environment('a host and no user', { PGHOST: 'localhost', PGDATABASE: 'db', PGPASSWORD: INVENTED }),
  environment('a port that is none', { PGHOST: 'localhost', PGDATABASE: 'db', PGUSER: LOGIN, PGPORT: INVENTED }),
  environment('two passwords', { DATABASE_URL: `postgres://${LOGIN}:${ENCODED}@h/db`, PGPASSWORD: INVENTED }),
  environment('a file that is not there', { DATABASE_URL_FILE: `/nowhere/${INVENTED}` }),
  environment('two sources', { DATABASE_URL: `postgres://${LOGIN}:${ENCODED}@h/db`, PGHOST: LOGIN }),
];

export const ADDRESSES: readonly Path[] = [...urls, ...ENVIRONMENTS];
