/**
 * A rule that forbids what was asked. A value, not an exception: refusing is a normal result, and records nothing. Each
 * lib lists its own codes in its `refusals.ts`.
 */
export type Refusal<
  Code extends string = string,
  Facts extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>,
> = {
  readonly refused: Code;
  /** One sentence for a person: what was asked, which limit or state forbids it. */
  readonly because: string;
  /** What a program may want to know: the window, the limit, what may be done instead. JSON-safe. */
  readonly facts?: Facts;
  /** The caller may not see the aggregate, so nothing else is revealed of it: not even its revision. */
  readonly hidden?: true;
};

/** A refusal. `because` is a sentence for a person, `facts` are for programs. */
export const refuse = <Code extends string, Facts extends Readonly<Record<string, unknown>>>(
  refused: Code,
  because: string,
  facts?: Facts,
): Refusal<Code, Facts> => (facts === undefined ? { refused, because } : { refused, because, facts });

/**
 * The same refusal to a caller who may not see the aggregate: it does not exist for them, or is another's, or their role
 * may not touch it.
 */
export const hidden = <Code extends string>(refusal: Refusal<Code>): Refusal<Code> => ({ ...refusal, hidden: true });

/** Whether a result is a refusal. */
export const isRefusal = (answer: unknown): answer is Refusal =>
  typeof answer === 'object' && answer !== null && 'refused' in answer;
