/** An ISO-8601 UTC instant with exactly three decimals, `2021-06-18T09:00:00.000Z`: such strings sort as time does. */
export type Instant = string;

/** A UTC calendar date, `2021-06-18` (R8). */
export type Day = string;

/**
 * Something that happened. `data` is JSON-safe (money, instants and dates are strings), so that it reads back exactly
 * as it was written. `effectiveAt` is the business time: when it took effect, not when it was written down.
 */
export type Event<Type extends string = string, Data extends object = object> = {
  readonly type: Type;
  readonly data: Readonly<Data> & { readonly effectiveAt: Instant };
};

/** Who asked: recorded on every event. Which roles there are, and what they may do, is a matter of policy. */
export type Actor = { readonly id: string; readonly role: string; readonly partnerId: string };

/** Sender, time and ids of a command. Time enters the core here and nowhere else. */
export type Meta = {
  /** A UUID; a repeated command has the same one. */
  readonly commandId: string;
  /** The time of the ledger's clock when the command was received. */
  readonly at: Instant;
  readonly actor: Actor;
  readonly correlationId: string;
  /** The event or command that led to this command; its own id for a command from outside. */
  readonly causationId: string;
};
