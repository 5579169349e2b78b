/**
 * How often to do what shows little when done once.
 *
 * @param full the number that the issue asks for; ENDURANCE_ROUNDS sets another
 */
export function rounds(full: number): number {
  const given = Number(process.env.ENDURANCE_ROUNDS ?? full);
  return Number.isInteger(given) && given > 0 ? Math.min(given, full) : full;
}

/** The figures of a proof, in one line. */
export function report(line: string): void {
  process.stdout.write(`endurance: ${line}\n`);
}
