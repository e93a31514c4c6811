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

/** Who asked: recorded on every event. */
export type Actor = { readonly id: string; readonly role: Role; readonly partnerId: string };

/** The five roles of R3, the support actor of R45, two that only read, and the ledger itself. */
export type Role =
  | 'global-admin'
  | 'admin-agent'
  | 'billing-admin'
  | 'helpdesk-agent'
  | 'sales-agent'
  | 'support'
  | 'auditor'
  | 'billing-reader'
  | 'system';

/** How a partner does business (R34), in which cloud (R2), and whether new commerce is open to it (R44). */
export type PartnerFacts = {
  readonly model: 'directBill' | 'indirectProvider' | 'indirectReseller';
  readonly cloud: 'global' | 'usgov';
  readonly newCommercePreview: boolean;
};

/** Who asked, when, and under which id. Time enters the core here and nowhere else. */
export type Meta = {
  /** A UUID; the same command has the same one for ever. */
  readonly commandId: string;
  /** What the ledger's clock showed when the command was taken in hand. */
  readonly at: Instant;
  readonly actor: Actor;
  /** What is known of the actor's partner at that time; not recorded. */
  readonly partner: PartnerFacts;
  readonly correlationId: string;
  /** The event or command that led to this command; its own id for a command from outside. */
  readonly causationId: string;
};
