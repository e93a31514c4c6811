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
import type { CommandHandler, Revision } from '#event-store';
import type { PurchaseSubscription, SubscriptionVerb } from '#subscription';
import { derivedId } from '../context/deterministic-id.ts';
import type { Limits } from './customer-limits.ts';
import type { Outcome } from '../context/refusals.ts';
import type { Meta } from '#kernel';

/** What is claimed for which subscription of which customer. */
export type Reserved = {
  readonly kind: 'offer' | 'seats' | 'arrival';
  readonly customerId: string;
  readonly subscriptionId: string;
};

/** A place of a limited offer, and seats of a capped SKU, for a purchase. */
type OfferReservation = Reserved & {
  readonly kind: 'offer';
  readonly purchase: PurchaseSubscription['data'];
  readonly limits: Limits;
};

/** Seats of a capped SKU, for an increase. */
type SeatReservation = Reserved & {
  readonly kind: 'seats';
  readonly offerId: string;
  readonly skuId: string;
  readonly added: number;
  /** Of the subscription when it was looked at. */
  readonly after: Revision;
  readonly limits: { readonly cap: SeatCap; readonly ended: readonly string[] };
};

/** A place of a limited offer, and seats of a capped SKU, for whatever else comes there: upgrades, conversions, saved changes. */
type ArrivalReservation = Reserved & {
  readonly kind: 'arrival';
  readonly offerId: string;
  readonly skuId: string;
  readonly added: number;
  readonly places: number;
  /** What a process sends again where this one dies. */
  readonly command: Pick<SubscriptionVerb, 'type' | 'data'>;
  readonly after: Revision;
  readonly limits: Limits;
};

export type Reservation = OfferReservation | SeatReservation | ArrivalReservation;

/**
 * Places of limited offers (R5) and seats of capped SKUs (E48): claimed on the customer's stream before the purchase or the
 * increase is recorded, so that two at once cannot both have the last.
 */
export class OfferSlots {
  readonly #handling: CommandHandler;
  /** Commands of claims that are being carried out here and now. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(handling: CommandHandler) {
    this.#handling = handling;
  }

  /**
   * Claims for a command; `onlyAt` is the one revision of the subscription that the command is meant for, if it is meant
   * for one. Each attempt is a claim of its own: what is claimed for the same command already is not claimed twice.
   */
  claim(reservation: Reservation, meta: Meta, onlyAt: Revision | null): Promise<Outcome> {
    const command = claimFor(reservation, meta.commandId, onlyAt, followUp(meta, randomUUID()));
    return this.#handling.handle(customer, reservation.customerId, command);
  }

  /** Gives back what was claimed for a command that was refused. `claimedAt` is the revision of the claim's event. */
  async release(reserved: Reserved, claimedAt: Revision, meta: Meta): Promise<void> {
    const { kind, customerId, subscriptionId } = reserved;
    const { commandId } = meta;
    const own = followUp(meta, derivedId('release', commandId, String(claimedAt)));
    const Release = kind === 'offer' ? ReleaseOfferSlot : ReleaseSeats;
    await this.#handling.handle(customer, customerId, new Release({ subscriptionId, commandId }, own));
  }

  /** From now on a command with a claim is being carried out here, until what this returns is called. */
  begin(commandId: string): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#underWay.set(commandId, promise);
    return () => {
      if (this.#underWay.get(commandId) === promise) this.#underWay.delete(commandId);
      resolve(undefined);
    };
  }

  /** Resolves when this process has recorded the command or given its claim back; at once where it is not about it. */
  async settled(commandId: string): Promise<void> {
    await this.#underWay.get(commandId);
  }
}

const claimFor = (
  reservation: Reservation,
  commandId: string,
  onlyAt: Revision | null,
  meta: Meta,
): CustomerCommand => {
  if (reservation.kind === 'offer') {
    const { subscriptionId, purchase } = reservation;
    const { limit, cap, holders, ended } = reservation.limits;
    const { offerId, skuId, quantity = 1 } = purchase;
    const slot = { subscriptionId, skuId, quantity, commandId, purchase };
    return new ClaimOfferSlot({ offerId, limit, cap, slot, holders, ended }, meta);
  }
  const { subscriptionId, offerId, skuId, added, after } = reservation;
  if (reservation.kind === 'arrival') {
    const { places, command, limits } = reservation;
    const { type, data } = command;
    const what = { subscriptionId, offerId, skuId, added, places, command: { type, data }, commandId, after };
    return new ClaimSeats({ claim: { ...what, revision: onlyAt }, ...limits }, meta);
  }
  const { limits } = reservation;
  const claim = { subscriptionId, offerId, skuId, added, commandId, after, revision: onlyAt };
  return new ClaimSeats({ claim, cap: limits.cap, ended: limits.ended }, meta);
};

const followUp = (meta: Meta, commandId: string): Meta => ({
  ...meta,
  commandId,
  causationId: meta.commandId,
});
