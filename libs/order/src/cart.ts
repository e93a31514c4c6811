import { plus } from '#calendar';
import { hidden, commandNaming, commandTo, refuse, type Decider, type Event, type Instant } from '#kernel';
import { mayDo, pinAt, resolve, type PartnerMeta, type PolicyTimeline } from '#policy';
import type { CartLine, LineError, OrderLine, Review } from './line.ts';
import type { Decision, Refusal, RefusalCode } from './refusals.ts';

/** How long a cart can be used: to the millisecond (W42). A day is exactly 24 hours. */
const LIFETIME = 'P7D';

/** Open a cart for a customer (R20). `errors` are the reasons against its lines at that time; they do not cause a refusal. */
export class CreateCart extends commandNaming<'cart', 'CreateCart', PartnerMeta>('cart', 'CreateCart')<{
  readonly cartId: string;
  readonly customerId: string;
  readonly lines: readonly CartLine[];
  readonly errors: readonly LineError[];
}> {}

/** Replace the cart's lines: it is open again (R21). */
export class ReplaceCartLines extends commandTo<'cart', 'ReplaceCartLines', PartnerMeta>('cart', 'ReplaceCartLines')<{
  readonly lines: readonly CartLine[];
  readonly errors: readonly LineError[];
}> {}

/** Review the whole order before it is bought (R21): what it costs, and which lines cannot be bought now. */
export class ReviewCart extends commandTo<'cart', 'ReviewCart', PartnerMeta>('cart', 'ReviewCart')<Review> {}

/** Buy what was reviewed (R22). */
export class CheckOutCart extends commandTo<'cart', 'CheckOutCart', PartnerMeta>('cart', 'CheckOutCart')<
  Record<never, never>
> {}

export type CartCommand = CreateCart | ReplaceCartLines | ReviewCart | CheckOutCart;

/** A cart was opened for a customer. */
export type CartCreated = Event<
  'CartCreated',
  {
    readonly cartId: string;
    readonly partnerId: string;
    readonly customerId: string;
    readonly lines: readonly CartLine[];
    readonly errors: readonly LineError[];
    /** The cart expires at this instant. */
    readonly expiresAt: Instant;
  }
>;

/** The cart's lines were replaced, and it is open again. */
export type CartLinesReplaced = Event<
  'CartLinesReplaced',
  { readonly cartId: string; readonly lines: readonly CartLine[]; readonly errors: readonly LineError[] }
>;

/** The whole order was reviewed: what it costs, and which lines cannot be bought at that time. */
export type CartReviewed = Event<'CartReviewed', Review & { readonly cartId: string }>;

/** A cart became an order. Names the order and every subscription, so that the order process needs nothing else. */
export type CartOrdered = Event<
  'CartOrdered',
  {
    readonly cartId: string;
    readonly orderId: string;
    readonly partnerId: string;
    readonly customerId: string;
    readonly lines: readonly OrderLine[];
  }
>;

export type CartEvent = CartCreated | CartLinesReplaced | CartReviewed | CartOrdered;

export type ExistingCart = {
  readonly cartId: string;
  readonly partnerId: string;
  readonly customerId: string;
  readonly status: 'open' | 'reviewed' | 'ordered';
  readonly lines: readonly CartLine[];
  /** The reasons against the lines when they were put in, or reviewed. */
  readonly errors: readonly LineError[];
  /** The last review of these very lines. */
  readonly review: Review | null;
  readonly orderId: string | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly lastEffectiveAt: Instant;
};

export type Cart = { readonly cartId: null } | ExistingCart;

/** The context of a cart's decisions. */
export type CartSurroundings = {
  readonly policies: PolicyTimeline;
  /** The customer for whom a cart is opened; needed only then. */
  readonly customer?: { readonly customerId: string };
  /** One cart makes one order, and a line one subscription: their ids are derived from the cart's, in every process (E24). */
  readonly naming: {
    readonly orderId: (cartId: string) => string;
    readonly subscriptionId: (orderId: string, line: number) => string;
  };
};

/** The status of a cart at an instant. */
export const statusAt = (cart: ExistingCart, at: Instant): ExistingCart['status'] | 'expired' =>
  cart.status !== 'ordered' && at >= cart.expiresAt ? 'expired' : cart.status;

const decide = (command: CartCommand, state: Cart, context: CartSurroundings): Decision<CartEvent> => {
  const { actor, at: asked } = command.meta;
  if (command.type === 'CreateCart') return create(command, state, context);
  if (state.cartId === null || state.partnerId !== actor.partnerId)
    return hidden(refuse('CART_NOT_FOUND', 'there is no such cart'));
  const at = asked < state.lastEffectiveAt ? state.lastEffectiveAt : asked;
  const no = roleRefusal(command, context);
  if (no !== undefined) return no;
  if (state.status === 'ordered') return again(command, state);
  if (statusAt(state, at) === 'expired')
    return refuse('CART_EXPIRED', `the cart expired at ${state.expiresAt}`, { expiresAt: state.expiresAt });
  switch (command.type) {
    case 'ReplaceCartLines':
      return [{ type: 'CartLinesReplaced', data: { cartId: state.cartId, ...command.data, effectiveAt: at } }];
    case 'ReviewCart':
      return (
        emptyRefusal(state) ?? [
          { type: 'CartReviewed', data: { cartId: state.cartId, ...command.data, effectiveAt: at } },
        ]
      );
    case 'CheckOutCart':
      return checkOut(state, at, context);
  }
};

/** Roles that may purchase may fill carts (R3). */
const roleRefusal = ({ meta: { actor, at } }: CartCommand, { policies }: CartSurroundings): Refusal | undefined =>
  mayDo(resolve(pinAt(policies, at)), actor.role, 'purchase')
    ? undefined
    : hidden(refuse('FORBIDDEN_ROLE', `the role ${actor.role} may not purchase (R3)`));

const create = (command: CreateCart, state: Cart, context: CartSurroundings): Decision<CartCreated> => {
  const { data, meta } = command;
  const no = roleRefusal(command, context);
  if (no !== undefined) return no;
  if (state.cartId !== null) return refuse('NOTHING_CHANGES', `the cart ${state.cartId} exists already`);
  if (context.customer?.customerId !== data.customerId)
    return hidden(refuse('CUSTOMER_NOT_FOUND', `there is no customer ${data.customerId} (R1)`));
  const { partnerId } = meta.actor;
  return [
    { type: 'CartCreated', data: { ...data, partnerId, expiresAt: plus(meta.at, LIFETIME), effectiveAt: meta.at } },
  ];
};

/** A second checkout returns the same order and records nothing (E24); every other command is too late. */
const again = ({ type }: CartCommand, { orderId }: ExistingCart): Decision<never> =>
  type === 'CheckOutCart'
    ? []
    : refuse('CART_ALREADY_ORDERED', `the cart became the order ${orderId ?? ''}`, { orderId });

const emptyRefusal = ({ lines }: ExistingCart): Refusal | undefined =>
  lines.length === 0 ? refuse('CART_EMPTY', 'the cart is empty') : undefined;

const checkOut = (state: ExistingCart, at: Instant, { naming }: CartSurroundings): Decision<CartOrdered> => {
  const { cartId, partnerId, customerId, lines } = state;
  const empty = emptyRefusal(state);
  if (empty !== undefined) return empty;
  if (state.status !== 'reviewed')
    return refuse('CART_NOT_REVIEWED', 'a cart is bought as it was reviewed: review it first (R22)', {
      allowedActions: ['review'],
    });
  const orderId = naming.orderId(cartId);
  const ordered = lines.map((request, line) => ({
    line,
    subscriptionId: naming.subscriptionId(orderId, line),
    ...request,
  }));
  return [{ type: 'CartOrdered', data: { cartId, orderId, partnerId, customerId, lines: ordered, effectiveAt: at } }];
};

/** New lines reopen a reviewed cart (R21). */
const evolve = (state: Cart, event: CartEvent): Cart => {
  if (event.type === 'CartCreated') {
    const { effectiveAt, ...created } = event.data;
    const fresh = { status: 'open', review: null, orderId: null } as const;
    return { ...created, ...fresh, createdAt: effectiveAt, lastEffectiveAt: effectiveAt };
  }
  if (state.cartId === null) return state;
  const lastEffectiveAt = event.data.effectiveAt;
  switch (event.type) {
    case 'CartLinesReplaced': {
      const { lines, errors } = event.data;
      return { ...state, status: 'open', lines, errors, review: null, lastEffectiveAt };
    }
    case 'CartReviewed': {
      const { totals, amounts, errors } = event.data;
      return { ...state, status: 'reviewed', errors, review: { totals, amounts, errors }, lastEffectiveAt };
    }
    case 'CartOrdered':
      return { ...state, status: 'ordered', orderId: event.data.orderId, lastEffectiveAt };
  }
};

/** The cart: lines to be bought for a customer, until it becomes an order. */
export const cart = (context: CartSurroundings): Decider<CartCommand, CartEvent, Cart, RefusalCode> => ({
  category: 'cart',
  initial: { cartId: null },
  decide: (command, state) => decide(command, state, context),
  evolve,
});
