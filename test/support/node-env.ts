/** Runs with NODE_ENV, and what else is given, set so; undefined: not set. Puts the environment back. */
export async function withNodeEnv<T>(
  nodeEnv: string | undefined,
  work: () => Promise<T>,
  others: Readonly<Record<string, string | undefined>> = {},
): Promise<T> {
  const wanted = { ...others, NODE_ENV: nodeEnv };
  const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
  set(Object.entries(wanted));
  try {
    return await work();
  } finally {
    set(before);
  }
}

function set(variables: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of variables) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}
