/** What looks like a connection string or names a password: a URL with a scheme, libpq's `password=…`, a variable. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/[a-z][a-z0-9+.-]*:\/\/.*?(?=['"]?(?:\s|$))/gi, '<connection string>'],
  [/(password|passwd|pwd)(\s*[=:]\s*)('[^']*'|"[^"]*"|[^\s'"]+)/gi, '$1$2<hidden>'],
];

/** A text with whatever looks like a secret in it replaced: for what repeats what was typed. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((shown, [secret, instead]) => shown.replaceAll(secret, instead), text);
}
