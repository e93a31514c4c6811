import type { Actor, CommandOptions } from '#kernel';
import type { Refusal } from './refusals.ts';
import type { PartnerFacts } from '#policy';

/** The sender of a request, according to its key or token. The access guard puts it on the request as `caller`. */
export type Caller = {
  readonly actor: Actor;
  readonly partner: PartnerFacts;
  /** Whether it is the operator, who acts for the whole ledger (http-api.md §4.10). */
  readonly operator: boolean;
};

/** How a command was sent (http-api.md §2): from the request's headers and query. */
export type CommandRequest = {
  readonly caller: Caller;
  /** As sent, or generated. */
  readonly idempotencyKey: string;
  readonly correlationId: string;
  /** `If-Match`, `Quote-Token` and `dryRun`. */
  readonly options: CommandOptions;
};

/** The response of a command, before it is put into HTTP (http-api.md §2). */
export type CommandAnswer = {
  /** Set if it created a resource: 201 instead of 200. */
  readonly created?: { readonly location: string };
  readonly replayed: boolean;
  readonly revision: number;
  readonly position: string;
  /** The body: ids, `revision`, `events`, `charges`, and `dryRun` with `quoteToken` for a dry run. */
  readonly body: Readonly<Record<string, unknown>>;
};

/** The result that the command bus returns: a refusal is a result, too. */
export type Answered = CommandAnswer | Refusal;
