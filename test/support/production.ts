import { afterEach, beforeEach } from '@jest/globals';
import { OPT_OUTS, type OptOut } from '../../src/connection/url-policy.js';

/** For a command that is to run as in production, on the test server: local, without TLS, as its superuser. */
export const PERMISSIVE_PRODUCTION: Readonly<Record<string, string>> = {
  NODE_ENV: 'production',
  ...Object.fromEntries(Object.keys(OPT_OUTS).map((name) => [name, '1'])),
  // Which say so, each in a line on standard error.
  NODE_NO_WARNINGS: '1',
};

/** Lets the tests of this block run as production does, with these permissions, and puts the environment back. */
export function asProduction(...optOuts: OptOut[]): void {
  const variables = { NODE_ENV: 'production', ...Object.fromEntries(optOuts.map((name) => [name, '1'])) };
  let before: Record<string, string | undefined>;
  beforeEach(() => {
    before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
    Object.assign(process.env, variables);
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });
}
