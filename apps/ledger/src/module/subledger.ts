import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { partner } from '#access';
import { normaliseInstant } from '#calendar';
import type { Actor, Instant, Position } from '#kernel';
import {
  CLOCK_ID,
  Ledger,
  metaFor,
  readModels,
  type Caller,
  type ReadModels,
  type Refusal,
  type Stream,
} from '#ledger';
import type { SubscriptionDetail } from '#subscription';
import { SETTINGS, type Settings } from '../config/options.ts';
import { startUp, type Started, type StartOptions } from './start-up.ts';
import type { PartnerMeta } from '#policy';

/** How long a read waits for the read models by default, in milliseconds. */
const WAIT_MS = 5_000;

/** The sender and the headers of a command from within; over HTTP they come from the request (http-api.md §2). */
export type RequestContext = {
  /** Recorded with every event. The actor's partner must be registered; `default` always is. */
  readonly actor: Actor;
  /** The same key of the same partner on the same stream is the same command, permanently. */
  readonly idempotencyKey: string;
  /** Generated when left out. */
  readonly correlationId?: string;
};

/** The actor's partner is not registered. */
export class UnknownPartner extends Error {
  override readonly name = 'UnknownPartner';
  readonly partnerId: string;
  constructor(partnerId: string) {
    super(`this ledger has no partner ${partnerId}: RegisterPartner makes one`);
    this.partnerId = partnerId;
  }
}

/** The ledger, for the application that holds it: starts and stops with it, and has the arguments of commands and queries. */
@Injectable()
export class Subledger implements OnModuleInit, OnApplicationShutdown {
  readonly #ledger: Ledger;
  readonly #settings: Settings;
  #starting: Promise<Started> | undefined;
  #closing: Promise<void> | undefined;

  constructor(ledger: Ledger, @Inject(SETTINGS) settings: Settings) {
    this.#ledger = ledger;
    this.#settings = settings;
  }

  async onModuleInit(): Promise<void> {
    if (this.#settings.autoStart) await this.start();
  }

  /** Closes the stores when the application ends, after the last request was answered. */
  onApplicationShutdown(): Promise<void> {
    return this.#close();
  }

  /**
   * Starts the ledger, once, and waits for its stores. Called with the application unless `autoStart` is `false`. When it
   * rejects, the ledger is closed: with a `ConfigurationError` that names an option, or with a store's error.
   */
  start(options: StartOptions = {}): Promise<Started> {
    this.#starting ??= startUp(this.#ledger, this.#settings, options).catch(async (error: unknown) => {
      await this.#close();
      throw error;
    });
    return this.#starting;
  }

  #close(): Promise<void> {
    return (this.#closing ??= this.#ledger.close());
  }

  /**
   * The second argument of a command: `new AddSeats({ subscriptionId, quantity: 2 }, await subledger.meta(stream, asking))`.
   * The stream is that of the command's aggregate. Rejects with `UnknownPartner`, or before the ledger has started.
   */
  async meta(
    stream: Stream,
    { actor, idempotencyKey, correlationId = randomUUID() }: RequestContext,
  ): Promise<PartnerMeta> {
    if (!this.#ledger.isStarted) throw new Error('the ledger has not started: nothing can be decided yet');
    const caller = await this.#callerOf(actor);
    await this.#ledger.refresh();
    return metaFor({ caller, idempotencyKey, correlationId }, stream, this.now());
  }

  /** Reads the partner's facts from the log, so a partner that was registered a moment ago is known. */
  async #callerOf(actor: Actor): Promise<Caller> {
    const { state } = await this.#ledger.handler.load(partner, actor.partnerId);
    if (state.partnerId === null) throw new UnknownPartner(actor.partnerId);
    const { model, cloud, newCommercePreview } = state;
    return { actor, partner: { model, cloud, newCommercePreview }, operator: false };
  }

  /** The time of the ledger's clock. */
  now(): Instant {
    return this.#ledger.clock.now();
  }

  /**
   * Moves a simulated clock, through everything that falls due on the way; the new events can be read afterwards.
   * Returns a refusal when it would go back. Rejects under the system clock.
   */
  async moveClock(to: Instant, actor: Actor): Promise<Refusal | undefined> {
    const { timeMachine } = this.#ledger;
    if (timeMachine === undefined) throw new Error('the ledger runs on the system clock, which cannot be moved');
    const now = normaliseInstant(to);
    if (now === undefined) throw new RangeError(`${to} is not an ISO 8601 instant`);
    return timeMachine.moveTo(now, await this.meta(`clock-${CLOCK_ID}`, { actor, idempotencyKey: randomUUID() }));
  }

  /** The tables for queries: `listCharges(subledger.readModels, partnerId, filter, page)`. */
  get readModels(): Kysely<ReadModels> {
    return readModels(this.#ledger);
  }

  /** Whether the read models reflect the log up to a command's `position`; waits for it, five seconds by default. */
  reached(position: Position, timeoutMs = WAIT_MS): Promise<boolean> {
    return this.#ledger.projectorRole.reached(position, { timeoutMs, signal: this.#ledger.closing });
  }

  /**
   * One subscription, settled up to the ledger's clock, with the actions that are allowed to this actor and their refunds. Read
   * from the log, so it is never behind. Rejects with `UnknownPartner`.
   */
  async subscription(subscriptionId: string, actor: Actor): Promise<SubscriptionDetail | Refusal> {
    return this.#ledger.views.one(subscriptionId, await this.#callerOf(actor));
  }
}
