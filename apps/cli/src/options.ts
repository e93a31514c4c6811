import { InvalidArgumentError, type Command } from 'commander';
import { normaliseInstant } from '#calendar';
import type { Instant } from '#kernel';

export type Json = { readonly json?: true };

/** Declares a verb, with the option that every verb has. */
export const verb = (parent: Command, usage: string, description: string): Command =>
  parent.command(usage).description(description).option('--json', 'print JSON, for a program');

/** An instant of the command line. A usage error if it is invalid. */
export const instant = (text: string): Instant => {
  const known = normaliseInstant(text);
  if (known === undefined) throw new InvalidArgumentError('It is an instant such as 2021-06-18T09:00:00Z.');
  return known;
};
