import { randomUUID } from 'node:crypto';
import {
  ClaimOfferSlot,
  ClaimSeats,
  customer,
  ReleaseOfferSlot,
  ReleaseSeats,
  type CustomerCommand,
  type SeatCap,
} from '#customer';
import type { CommandHandler, Outcome, Revision } from '#event-store';
import { isRefusal, type Meta, type Refusal } from '#kernel';
import type { AddSeats, PurchaseSubscription } from '#subscription';
import type { Limits } from './customer-limits.ts';
import { derivedId } from '../context/deterministic-id.ts';

/** An increase of a subscription's seats, and the subscription's revision when it was looked at. */
export type Increase = {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly offerId: string;
  readonly skuId: string;
  readonly revision: Revision;
  readonly command: AddSeats;
};

/** Decides and records a command, or only tries it: judged by the limits, or, once they are claimed, without them. */
export type Recording = (options: { readonly dryRun: boolean; readonly claimed: boolean }) => Promise<Outcome>;

/** A claim: what makes it, what gives it back, and the command that it is for. */
type Claiming = {
  readonly customerId: string;
  readonly meta: Meta;
  readonly claim: (rehearsed: Exclude<Outcome, Refusal>, meta: Meta) => CustomerCommand;
  readonly release: (meta: Meta) => CustomerCommand;
};

/**
 * Places of limited offers (R5) and seats of capped SKUs (E48): claimed on the customer's stream before the purchase or the
 * increase is recorded, so that two at once cannot both have the last.
 */
export class OfferSlots {
  readonly #handling: CommandHandler;
  /** Commands of claims that are being carried out here and now. */
  readonly #underWay = new Map<string, Promise<Outcome>>();

  constructor(handling: CommandHandler) {
    this.#handling = handling;
  }

  /** Tries the purchase, claims what it takes, records it. Gives the claim back if it is refused after all. */
  purchase(command: PurchaseSubscription, limits: Limits, record: Recording): Promise<Outcome> {
    const { data, meta } = command;
    const { subscriptionId, offerId, skuId, quantity, customerId } = data;
    const { limit, cap, ended } = limits;
    const slot = { subscriptionId, skuId, quantity: quantity ?? 1, commandId: meta.commandId, purchase: data };
    return this.#carryOut(
      {
        customerId,
        meta,
        claim: (_, claimMeta) => new ClaimOfferSlot({ offerId, limit, cap, slot, ended }, claimMeta),
        release: (releaseMeta) => new ReleaseOfferSlot({ subscriptionId, commandId: meta.commandId }, releaseMeta),
      },
      record,
    );
  }

  /** The same for more seats of a subscription. */
  addSeats(
    { command, subscriptionId, customerId, offerId, skuId, revision: after }: Increase,
    { cap, ended }: { readonly cap: SeatCap; readonly ended: readonly string[] },
    record: Recording,
  ): Promise<Outcome> {
    const { data, meta } = command;
    const { commandId, conditions: { revision, quote } = {} } = meta;
    const claimed = { subscriptionId, offerId, skuId, added: data.quantity, commandId, after };
    return this.#carryOut(
      {
        customerId,
        meta,
        claim: ({ revision: last, events }, claimMeta) => {
          // A quote holds for the revision at which it was given.
          const only = revision ?? (quote === undefined ? null : last - events.length);
          return new ClaimSeats({ claim: { ...claimed, revision: only }, cap, ended }, claimMeta);
        },
        release: (releaseMeta) => new ReleaseSeats({ subscriptionId, commandId }, releaseMeta),
      },
      record,
    );
  }

  /** Until what was claimed for a command is recorded or given back, if somebody here is about it just now. */
  async settled(commandId: string): Promise<void> {
    await this.#underWay.get(commandId)?.catch(() => undefined);
  }

  /** Gives back what was claimed for a command that was refused. `claimedAt` is the revision of the claim's event. */
  async release(
    customerId: string,
    claimedAt: Revision,
    meta: Meta,
    command: (meta: Meta) => CustomerCommand,
  ): Promise<void> {
    const id = derivedId('release', meta.commandId, String(claimedAt));
    await this.#handling.handle(customer, customerId, command(metaOf(meta, id)));
  }

  async #carryOut(claiming: Claiming, record: Recording): Promise<Outcome> {
    const { meta } = claiming;
    const rehearsed = await record({ dryRun: true, claimed: false });
    if (isRefusal(rehearsed) || rehearsed.outcome === 'replayed' || meta.conditions?.dryRun === true) return rehearsed;
    const recording = this.#claimThenRecord(claiming, rehearsed, record);
    this.#underWay.set(meta.commandId, recording);
    try {
      return await recording;
    } finally {
      if (this.#underWay.get(meta.commandId) === recording) this.#underWay.delete(meta.commandId);
    }
  }

  async #claimThenRecord(
    { customerId, meta, claim, release }: Claiming,
    rehearsed: Exclude<Outcome, Refusal>,
    record: Recording,
  ): Promise<Outcome> {
    // Each attempt is a claim of its own. What is claimed for the same command already is not claimed twice.
    const command = claim(rehearsed, metaOf(meta, randomUUID()));
    const claimed = await this.#handling.handle(customer, customerId, command);
    if (isRefusal(claimed)) return claimed;
    const recorded = await record({ dryRun: false, claimed: true });
    if (isRefusal(recorded)) await this.release(customerId, claimed.revision, meta, release);
    return recorded;
  }
}

const metaOf = (meta: Meta, commandId: string): Meta => {
  const { conditions: _, ...rest } = meta;
  return { ...rest, commandId, causationId: meta.commandId };
};
