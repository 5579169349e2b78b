/** How commands speak: results on standard output, what happens meanwhile and errors on standard error. */
export const output = {
  /** A line of the result. */
  line(text: string): void {
    process.stdout.write(`${text}\n`);
  },
  /** The result for a machine. */
  json(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  },
  /** What is going on, for the person who waits. */
  note(text: string): void {
    process.stderr.write(`${text}\n`);
  },
};
