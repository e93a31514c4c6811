import type { History } from '#kernel';

export {
  cart,
  CheckOutCart,
  CreateCart,
  ReplaceCartLines,
  ReviewCart,
  statusAt,
  type Cart,
  type CartCommand,
  type CartEvent,
  type CartOrdered,
  type CartSurroundings,
  type ExistingCart,
} from './cart.ts';
export type { CartLine, LineAmount, LineError, OrderLine, Review, Total } from './line.ts';
export {
  order,
  PlaceOrder,
  RecordOrderLine,
  type FinalStatus,
  type LineResult,
  type Order,
  type OrderCommand,
  type OrderCompleted,
  type OrderEvent,
  type PlacedOrder,
} from './order.ts';

/** Old shapes of the events of carts and orders; none yet. */
export const history: History = {};
export type { RefusalCode } from './refusals.ts';
