/** A frame as V8 prints it: a function's name, and a file with line and column. */
const FRAME =
  /^ {4}at (?:async )?(?:[\w$.<>[\] #]+ \()?(?:async )?(?:file:\/\/|node:|\/|[A-Za-z]:[\\/]|<anonymous>|native)[^\n]*$/;

/**
 * Where an error was thrown, one frame on each line; empty when it does not say. Nothing of its message, even one with lines that
 * look like frames: a stack begins with the message.
 */
export function framesOf({ stack, message }: Error): string {
  if (typeof stack !== 'string') return '';
  const begin = message === '' ? -1 : stack.indexOf(message);
  return stack
    .slice(begin < 0 ? 0 : begin + message.length)
    .split('\n')
    .filter((line) => FRAME.test(line))
    .join('\n');
}
