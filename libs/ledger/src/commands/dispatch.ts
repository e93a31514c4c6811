import type { Answer, HandleOptions } from '#event-store';
import { isRefusal, type Command, type Decider, type Event, type Refusal } from '#kernel';
import { answerOf } from './command-result.ts';
import type { CommandAnswer } from '../context/caller.ts';
import type { Ledger } from '../ledger.ts';
import { quoteToken, stale } from './quote-token.ts';

type Parts<C extends Command, E extends Event, S> = {
  readonly decider: Decider<C, E, S>;
  readonly id: string;
  readonly command: C;
  /** Ids that the answer begins with. */
  readonly ids: Readonly<Record<string, string>>;
  /** Where a resource was created. */
  readonly location?: string;
  /** Digest of what was asked, where the command's data holds more than that. */
  readonly fingerprint?: string;
};

/** Carries out a command on an aggregate that looks at nothing but itself, under the conditions of its `meta`. */
export const carryOut = async <C extends Command, E extends Event, S>(
  ledger: Ledger,
  { decider, id, command, ids, location, fingerprint }: Parts<C, E, S>,
): Promise<CommandAnswer | Refusal> => {
  const { revision, dryRun, quote } = command.meta.conditions ?? {};
  const surroundings = ledger.commands.surroundings();
  const tokenOf = ({ stream, events }: Answer) =>
    quoteToken({ command, stream: location === undefined ? stream : null, surroundings }, events);
  const options: HandleOptions<E, S> = {
    expected: revision,
    dryRun,
    fingerprint,
    ...(quote === undefined ? {} : { agree: (decided) => (tokenOf(decided) === quote ? undefined : stale()) }),
  };
  const outcome = await ledger.handling.handle(decider, id, command, options);
  if (isRefusal(outcome)) return outcome;
  return answerOf(outcome, {
    ids,
    ...(location === undefined ? {} : { location }),
    ...(outcome.outcome === 'dryRun' ? { quoteToken: tokenOf(outcome) } : {}),
  });
};
