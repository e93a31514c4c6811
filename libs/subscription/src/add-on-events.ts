import type { Event, Instant } from '#kernel';
import type { AddOn, Reason } from './state.ts';

type Named = { readonly offerId: string; readonly skuId: string };

/** An add-on joined the base, for the rest of its cycle and its term (R37). */
export type AddOnAdded = Event<'AddOnAdded', Omit<AddOn, 'status' | 'cause' | 'suspension'>>;

/**
 * An add-on left the base: by command (R33), because the seats went to a SKU that does not carry it (R31, R35), or because
 * its own suspension ran out (R41).
 */
export type AddOnEnded = Event<
  'AddOnEnded',
  Named & { readonly quantity: number; readonly cause: 'command' | 'upgrade' | 'retentionElapsed' }
>;

/** `cascade`: with its base, and reactivated with it (R36, A15); `command`: by itself, and only reactivated by itself (E28). */
export type AddOnCause = 'cascade' | 'command';

/** An add-on was suspended: with its base, or by itself (R36, E28). */
export type AddOnSuspended = Event<
  'AddOnSuspended',
  Named & {
    readonly cause: AddOnCause;
    readonly reason: Reason;
    /** When it is deleted unless it is reactivated before (R41, R42); absent if its base was suspended, which has the date. */
    readonly autoExpiresAt?: Instant;
  }
>;

/** An add-on was reactivated: with its base, or by itself (A15). */
export type AddOnReactivated = Event<'AddOnReactivated', Named & { readonly cause: AddOnCause }>;

/** Add-ons that end because their base moves to a SKU that does not carry them (R31, R35). */
export const endedByUpgrade = (addOns: readonly AddOn[], effectiveAt: string): readonly AddOnEnded[] =>
  addOns.map(({ offerId, skuId }) => ({
    type: 'AddOnEnded',
    data: { offerId, skuId, quantity: 0, cause: 'upgrade', effectiveAt },
  }));
