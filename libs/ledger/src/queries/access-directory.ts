import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { AccessEvent } from '#access';
import type { EventStore } from '#event-store';
import { START, type Position, type Recorded } from '#kernel';
import type { Logger } from '#read-store';
import type { Caller } from '../context/caller.ts';
import type { PartnerFacts } from '#policy';

/** The streams that say who may use the ledger. */
const CATEGORIES = ['partner', 'key'];
/** How long to wait before the log is followed again after a failure, in milliseconds. */
const RETRY_MS = 500;

type HeldKey = {
  readonly hash: string;
  readonly caller: Omit<Caller, 'partner'>;
  readonly revocation: AbortController;
};

/**
 * Partners and keys as the log has them, folded in the memory of this process. Access is judged by this alone: a read
 * model may lag or be rebuilt, and would then let a revoked key in and keep a good one out.
 */
export class AccessDirectory {
  readonly #store: EventStore;
  readonly #logger: Logger;
  readonly #stopped = new AbortController();
  readonly #partners = new Map<string, PartnerFacts>();
  readonly #byId = new Map<string, HeldKey>();
  /** The keys that are in force, by hash. */
  readonly #byHash = new Map<string, HeldKey>();
  readonly #whole = Promise.withResolvers<undefined>();
  readonly #changed = new EventTarget();
  #position: Position = START;
  #isWhole = false;
  #running: Promise<void> | undefined;

  constructor({ store, logger }: { readonly store: EventStore; readonly logger: Logger }) {
    this.#store = store;
    this.#logger = logger;
  }

  /** Resolves when everything recorded so far is known. Until then nothing can be said of any key. */
  async start(): Promise<void> {
    this.#running ??= this.#follow();
    await Promise.race([this.#whole.promise, this.#running]);
  }

  /** Whether the directory has been at the end of the log: only then is an unknown key known to be unknown. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Who holds the key with this SHA-256 (hex); undefined if it is unknown or revoked. */
  holderOf(hash: string): Caller | undefined {
    const key = this.#byHash.get(hash);
    if (key === undefined) return undefined;
    const partner = this.#partners.get(key.caller.actor.partnerId);
    return partner && { ...key.caller, partner };
  }

  /** Aborts when the key is revoked: whatever was opened with it ends then. Undefined for what is no key in force. */
  revocationOf(keyId: string): AbortSignal | undefined {
    return this.#byId.get(keyId)?.revocation.signal;
  }

  /** Makes a key worthless at once in this process, whose revocation was recorded just now. */
  revoke(keyId: string): void {
    const key = this.#byId.get(keyId);
    if (key === undefined) return;
    // The same secret may have been given again under another id, as a start does with the operator's.
    if (this.#byHash.get(key.hash) === key) this.#byHash.delete(key.hash);
    key.revocation.abort();
  }

  /** Waits until what was recorded up to a position is known, for as long as `timeoutMs` at most. */
  async reached(position: Position, timeoutMs: number): Promise<void> {
    const waiting = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(timeoutMs)]);
    while (this.#position < position && !waiting.aborted) await this.#news(waiting);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopped;
    let reported = '';
    while (!signal.aborted) {
      try {
        for await (const batch of this.#store.follow(this.#position, signal, CATEGORIES)) {
          this.#take(batch);
          reported = '';
        }
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== reported) this.#logger.warn({ reason }, 'keys and partners cannot be read from the log');
        reported = reason;
      }
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #take(batch: readonly Recorded[]): void {
    for (const event of batch) this.#apply(event as Recorded & AccessEvent);
    this.#position = batch.at(-1)?.position ?? this.#position;
    if (batch.length === 0) this.#complete();
    this.#changed.dispatchEvent(new Event('change'));
  }

  #complete(): void {
    this.#isWhole = true;
    this.#whole.resolve(undefined);
  }

  #apply(event: Recorded & AccessEvent): void {
    switch (event.type) {
      case 'PartnerRegistered': {
        const { partnerId, model, cloud, newCommercePreview } = event.data;
        this.#partners.set(partnerId, { model, cloud, newCommercePreview });
        return;
      }
      case 'KeyCreated': {
        const { keyId, partnerId, role, hash, operator } = event.data;
        if (this.#byId.has(keyId)) return;
        const caller = { actor: { id: keyId, role, partnerId }, operator };
        const key = { hash, caller, revocation: new AbortController() };
        this.#byId.set(keyId, key);
        this.#byHash.set(hash, key);
        return;
      }
      case 'KeyRevoked':
        this.revoke(event.data.keyId);
    }
  }

  async #news(signal: AbortSignal): Promise<void> {
    await once(this.#changed, 'change', { signal }).catch(() => undefined);
  }
}
