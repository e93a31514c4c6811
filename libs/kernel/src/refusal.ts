/**
 * A rule does not allow the command. A value, not an exception: refusing is a normal result, and records nothing. Each
 * lib lists its own codes in its `refusals.ts`.
 */
export type Refusal<
  Code extends string = string,
  Facts extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>,
> = {
  readonly refused: Code;
  /** One sentence for a person: what was requested, and which limit or state forbids it. */
  readonly because: string;
  /** Facts for a program: the window, the limit, the `rule`, the actions that are allowed instead. JSON-safe. */
  readonly facts?: Facts;
  /** The caller may not see the aggregate, so nothing else of it is revealed: not even its revision. */
  readonly hidden?: true;
};

/** A refusal. `because` is a sentence for a person, `facts` are for programs. */
export const refuse = <Code extends string, Facts extends Readonly<Record<string, unknown>>>(
  refused: Code,
  because: string,
  facts?: Facts,
): Refusal<Code, Facts> => (facts === undefined ? { refused, because } : { refused, because, facts });

/**
 * The same refusal for a caller who may not see the aggregate: it does not exist for them, or belongs to another partner, or
 * their role may not use it.
 */
export const hidden = <Code extends string>(refusal: Refusal<Code>): Refusal<Code> => ({ ...refusal, hidden: true });

/** Whether a result is a refusal. */
export const isRefusal = (answer: unknown): answer is Refusal =>
  typeof answer === 'object' && answer !== null && 'refused' in answer;
