import type { Actor, CommandOptions } from '#kernel';
import type { Refusal } from './refusals.ts';
import type { PartnerFacts } from '#policy';

/** Who sent a request, as its key or token tells. The access guard puts it on the request as `caller`. */
export type Caller = {
  readonly actor: Actor;
  readonly partner: PartnerFacts;
  /** Whether it is the operator, who acts for the whole ledger (http-api.md §4.10). */
  readonly operator: boolean;
};

/** How a command was sent (http-api.md §2): read off the request's headers and query, beside its body. */
export type CommandRequest = {
  readonly caller: Caller;
  /** As sent, or generated. */
  readonly idempotencyKey: string;
  readonly correlationId: string;
  /** `If-Match`, `Quote-Token` and `dryRun`. */
  readonly options: CommandOptions;
};

/** What a command answers, before it is put into HTTP (http-api.md §2). */
export type CommandAnswer = {
  /** 201 when it created something, else 200. */
  readonly created?: { readonly location: string };
  readonly replayed: boolean;
  readonly revision: number;
  readonly position: string;
  /** The body: ids, `revision`, `events`, `charges`, and `dryRun` with `quoteToken` for a trial run. */
  readonly body: Readonly<Record<string, unknown>>;
};

/** What the command bus answers: a rule that says no is an answer, too. */
export type Answered = CommandAnswer | Refusal;
