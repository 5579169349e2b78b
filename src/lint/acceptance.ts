/** A comment in the SQL of a migration that accepts a finding, with the reason. */
export interface Acceptance {
  /** Undefined when the comment is not of the form `lint: accept <rule>: <reason>`. */
  readonly rule: string | undefined;
  readonly reason: string | undefined;
}

const MARK = /(?:^|--|\/\*|\*)\s*lint:(.*)$/gm;
const FORM = /^\s*accept\s+([\w-]+)\s*:?\s*(.*?)\s*(?:\*\/)?\s*$/;

/** The acceptances in comments, in order. */
export function acceptancesIn(comments: readonly string[]): Acceptance[] {
  return comments.flatMap((comment) =>
    [...comment.matchAll(MARK)].map(([, rest = '']) => {
      const [, rule, reason] = FORM.exec(rest) ?? [];
      return { rule, reason: reason === '' ? undefined : reason };
    }),
  );
}
