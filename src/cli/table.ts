/** Two columns in plain text: names to the left, numbers to the right. */
export function tableLines(title: readonly [string, string], rows: readonly (readonly [string, number])[]): string[] {
  const cells = [title, ...rows.map(([name, number]) => [name, number.toLocaleString('en')] as const)];
  const name = Math.max(...cells.map(([text]) => text.length));
  const number = Math.max(...cells.map(([, text]) => text.length));
  return cells.map(([left, right]) => `${left.padEnd(name)}  ${right.padStart(number)}`);
}
