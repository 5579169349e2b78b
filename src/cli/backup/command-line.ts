/** How the reader runs one of our commands: in the repository through npm, from the installed package through npx. */
export function commandLine(command: string, argument: string): string {
  const start = import.meta.url.endsWith('.ts') ? `npm run ${command} --` : `npx shared-db ${command}`;
  return `${start} ${/^[\w./@:-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`}`;
}
