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

/** How long a read waits for the read models, where nobody says how long, in milliseconds. */
const PATIENCE_MS = 5_000;

/** Who sends a command from within, and how; what comes over HTTP says it by headers (http-api.md §2). */
export type Asking = {
  /** Recorded with every event. The partner is one that was registered; `default` always is. */
  readonly actor: Actor;
  /** The same key of the same partner on the same stream is the same command, for ever. */
  readonly idempotencyKey: string;
  /** Made up when left out. */
  readonly correlationId?: string;
};

/** An actor is of a partner that nobody registered. */
export class UnknownPartner extends Error {
  override readonly name = 'UnknownPartner';
  readonly partnerId: string;
  constructor(partnerId: string) {
    super(`this ledger has no partner ${partnerId}: RegisterPartner makes one`);
    this.partnerId = partnerId;
  }
}

/** The ledger, for the application that holds it: starts and ends with it, and has what commands and questions take. */
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

  /** Lets go of the stores when the application ends, after the last request was answered. */
  onApplicationShutdown(): Promise<void> {
    return this.#close();
  }

  /**
   * Starts the ledger, once, and waits for its stores. Done with the application unless `autoStart` is `false`. When it
   * rejects, the ledger is closed: with a `ConfigurationError` that names an option, or with what a store says of itself.
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
   * The stream is that of whatever the command is for. Rejects with `UnknownPartner`, or before the ledger has started.
   */
  async meta(stream: Stream, { actor, idempotencyKey, correlationId = randomUUID() }: Asking): Promise<PartnerMeta> {
    if (!this.#ledger.isStarted) throw new Error('the ledger has not started: nothing can be decided yet');
    const caller = await this.#callerOf(actor);
    await this.#ledger.catchUp();
    return metaFor({ caller, idempotencyKey, correlationId }, stream, this.now());
  }

  /** Facts of the partner are read off the log: one that was registered just now is known. */
  async #callerOf(actor: Actor): Promise<Caller> {
    const { state } = await this.#ledger.handling.load(partner, actor.partnerId);
    if (state.partnerId === null) throw new UnknownPartner(actor.partnerId);
    const { model, cloud, newCommercePreview } = state;
    return { actor, partner: { model, cloud, newCommercePreview }, operator: false };
  }

  /** What the ledger's clock shows. */
  now(): Instant {
    return this.#ledger.clock.now();
  }

  /**
   * Moves a simulated clock, through everything that falls due on the way; whatever was recorded can be read afterwards.
   * Answers a refusal when it would go back. Rejects under the system's clock.
   */
  async moveClock(to: Instant, actor: Actor): Promise<Refusal | undefined> {
    const { timeMachine } = this.#ledger;
    if (timeMachine === undefined) throw new Error('the clock is the system’s: it is not moved');
    const now = normaliseInstant(to);
    if (now === undefined) throw new RangeError(`${to} is no ISO 8601 instant`);
    return timeMachine.moveTo(now, await this.meta(`clock-${CLOCK_ID}`, { actor, idempotencyKey: randomUUID() }));
  }

  /** The tables that queries read: `listCharges(subledger.readModels, partnerId, filter, page)`. */
  get readModels(): Kysely<ReadModels> {
    return readModels(this.#ledger);
  }

  /** Whether the read models reflect the log up to a command's `position`; waits for it, five seconds if nothing is said. */
  reached(position: Position, timeoutMs = PATIENCE_MS): Promise<boolean> {
    return this.#ledger.projecting.reached(position, { timeoutMs, signal: this.#ledger.closing });
  }

  /**
   * One subscription, settled up to the ledger's clock, with what this actor may do now and what it would give back. Read
   * off the log: nothing has to be waited for. Rejects with `UnknownPartner`.
   */
  async subscription(subscriptionId: string, actor: Actor): Promise<SubscriptionDetail | Refusal> {
    return this.#ledger.views.one(subscriptionId, await this.#callerOf(actor));
  }
}
