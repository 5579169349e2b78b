/** A frame as V8 prints it: a function's name, and a file with line and column. */
const FRAME =
  /^ {4}at (?:async )?(?:[\w$.<>[\] #]+ \()?(?:async )?(?:file:\/\/|node:|\/|[A-Za-z]:[\\/]|<anonymous>|native)[^\n]*$/;

/**
 * Where an error was thrown, one frame on each line; empty when it does not say. Nothing of its message, even one with lines that
 * look like frames: a stack begins with the message, and one that does not is of another and not to be told apart from it.
 */
export function framesOf({ stack, message }: Error): string {
  if (typeof stack !== 'string') return '';
  const [header = ''] = /^[\w$.]+(?: \[\w+\])?(?:: )?/.exec(stack) ?? [];
  const body = stack.slice(header.length);
  if (!body.startsWith(`${message}\n`)) return '';
  return body
    .slice(message.length)
    .split('\n')
    .filter((line) => FRAME.test(line))
    .join('\n');
}
