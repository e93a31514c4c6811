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
import { deterministicId } from '../context/deterministic-id.ts';
import type { Limits } from './customer-limits.ts';
import type { Outcome } from '../context/refusals.ts';
import type { Meta } from '#kernel';

/** The customer and the subscription of a reservation. */
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
  /** The revision at which the subscription was loaded. */
  readonly after: Revision;
  readonly limits: { readonly cap: SeatCap; readonly ended: readonly string[] };
};

/** A place of a limited offer, and seats of a capped SKU, for upgrades, conversions and saved changes. */
type ArrivalReservation = Reserved & {
  readonly kind: 'arrival';
  readonly offerId: string;
  readonly skuId: string;
  readonly added: number;
  readonly places: number;
  /** The command that a process sends again if this process dies. */
  readonly command: Pick<SubscriptionVerb, 'type' | 'data'>;
  readonly after: Revision;
  readonly limits: Limits;
};

export type Reservation = OfferReservation | SeatReservation | ArrivalReservation;

/**
 * Places of limited offers (R5) and seats of capped SKUs (E48): reserved on the customer's stream before the purchase or the
 * increase is recorded, so that concurrent commands cannot oversell.
 */
export class Reservations {
  readonly #handler: CommandHandler;
  /** Commands with a reservation that this process is handling now. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(handler: CommandHandler) {
    this.#handler = handler;
  }

  /**
   * Reserves for a command; `onlyAt` is the only revision of the subscription for which the command is meant, if it has
   * one. Each attempt is a reservation of its own, but nothing is reserved twice for the same command.
   */
  claim(reservation: Reservation, meta: Meta, onlyAt: Revision | null): Promise<Outcome> {
    const command = claimFor(reservation, meta.commandId, onlyAt, followUp(meta, randomUUID()));
    return this.#handler.handle(customer, reservation.customerId, command);
  }

  /** Releases the reservation of a command that was refused. `claimedAt` is the revision of the reservation's event. */
  async release(reserved: Reserved, claimedAt: Revision, meta: Meta): Promise<void> {
    const { kind, customerId, subscriptionId } = reserved;
    const { commandId } = meta;
    const own = followUp(meta, deterministicId('release', commandId, String(claimedAt)));
    const Release = kind === 'offer' ? ReleaseOfferSlot : ReleaseSeats;
    await this.#handler.handle(customer, customerId, new Release({ subscriptionId, commandId }, own));
  }

  /** Marks a command with a reservation as being handled by this process, until the returned function is called. */
  begin(commandId: string): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#underWay.set(commandId, promise);
    return () => {
      if (this.#underWay.get(commandId) === promise) this.#underWay.delete(commandId);
      resolve(undefined);
    };
  }

  /** Resolves when this process has recorded the command or released its reservation; at once if it is not handling it. */
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
