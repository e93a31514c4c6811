import { ApiProperty } from '@nestjs/swagger';
import type { Instant } from '#kernel';
import { statusAt, type CartLine, type ExistingCart, type LineResult, type PlacedOrder } from '#order';
import { CommandAnswered } from '../http/documented.ts';
import type { DirectOrder } from '#ledger';
import { CartLineBody } from './carts.schemas.ts';

class CartLineEntry extends CartLineBody {
  @ApiProperty({ type: 'integer', description: 'Its place in the cart, from 0' }) readonly line!: number;
}

class LineErrorEntry {
  @ApiProperty({ type: 'integer' }) readonly line!: number;
  @ApiProperty({ example: 'ALREADY_OWNED_SINGLE' }) readonly code!: string;
  @ApiProperty() readonly detail!: string;
}

class LineAmountEntry {
  @ApiProperty({ type: 'integer' }) readonly line!: number;
  @ApiProperty({ example: '112.89' }) readonly amount!: string;
  @ApiProperty({ example: 'EUR' }) readonly currency!: string;
}

class TotalEntry {
  @ApiProperty({ example: 'EUR' }) readonly currency!: string;
  @ApiProperty({ example: '112.89' }) readonly amount!: string;
}

class LineSubscription {
  @ApiProperty({ type: 'integer' }) readonly line!: number;
  @ApiProperty({ format: 'uuid' }) readonly subscriptionId!: string;
}

class ReviewEntry {
  @ApiProperty({ type: [TotalEntry], description: 'First charges of the lines that can be bought' })
  readonly totals!: readonly TotalEntry[];
  @ApiProperty({ type: [LineAmountEntry] }) readonly amounts!: readonly LineAmountEntry[];
  @ApiProperty({ type: [LineErrorEntry] }) readonly errors!: readonly LineErrorEntry[];
}

const cartStatuses = ['open', 'reviewed', 'ordered', 'expired'];

/** A cart as `GET /carts/{id}` returns it (http-api.md §4.2). */
export class CartEntry {
  @ApiProperty({ format: 'uuid' }) readonly cartId!: string;
  @ApiProperty() readonly partnerId!: string;
  @ApiProperty({ format: 'uuid' }) readonly customerId!: string;
  @ApiProperty({ enum: cartStatuses }) readonly status!: string;
  @ApiProperty({ format: 'date-time' }) readonly createdAt!: string;
  @ApiProperty({ format: 'date-time', description: 'The cart expires at this instant' }) readonly expiresAt!: string;
  @ApiProperty({ type: [CartLineEntry] }) readonly lines!: readonly CartLineEntry[];
  @ApiProperty({ type: [LineErrorEntry], description: 'Why lines could not be bought at the last review' })
  readonly errors!: readonly LineErrorEntry[];
  @ApiProperty({ type: ReviewEntry, nullable: true }) readonly review!: ReviewEntry | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly orderId!: string | null;
  @ApiProperty({ type: 'integer' }) readonly revision!: number;
}

/** The response of creating a cart, or replacing its lines. */
export class CartAnswered extends CommandAnswered {
  @ApiProperty({ format: 'uuid' }) readonly cartId!: string;
  @ApiProperty({ enum: cartStatuses }) readonly status!: string;
  @ApiProperty({ type: [CartLineEntry] }) readonly lines!: readonly CartLineEntry[];
  @ApiProperty({ type: [LineErrorEntry] }) readonly errors!: readonly LineErrorEntry[];
}

/** The response of creating a cart. */
export class CartCreatedAnswered extends CartAnswered {
  @ApiProperty({ format: 'uuid' }) readonly customerId!: string;
  @ApiProperty({ format: 'date-time' }) readonly createdAt!: string;
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
}

/** The response of a review. */
export class ReviewAnswered extends CommandAnswered {
  @ApiProperty({ format: 'uuid' }) readonly cartId!: string;
  @ApiProperty({ enum: cartStatuses }) readonly status!: string;
  @ApiProperty({ type: [TotalEntry] }) readonly totals!: readonly TotalEntry[];
  @ApiProperty({ type: [LineAmountEntry] }) readonly amounts!: readonly LineAmountEntry[];
  @ApiProperty({ type: [LineErrorEntry] }) readonly errors!: readonly LineErrorEntry[];
}

const orderStatuses = ['pending', 'completed', 'partialSuccess', 'refused'];

/** The response of a checkout. */
export class CheckoutAnswered extends CommandAnswered {
  @ApiProperty({ format: 'uuid' }) readonly cartId!: string;
  @ApiProperty({ format: 'uuid' }) readonly orderId!: string;
  @ApiProperty({ enum: orderStatuses }) readonly status!: string;
  @ApiProperty({ type: [LineSubscription] }) readonly subscriptions!: readonly LineSubscription[];
  @ApiProperty({ type: [LineErrorEntry] }) readonly errors!: readonly LineErrorEntry[];
}

/** An order as `GET /orders/{id}` returns it. */
export class OrderEntry {
  @ApiProperty({ format: 'uuid' }) readonly orderId!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Null: bought without a cart' })
  readonly cartId!: string | null;
  @ApiProperty() readonly partnerId!: string;
  @ApiProperty({ format: 'uuid' }) readonly customerId!: string;
  @ApiProperty({ enum: orderStatuses }) readonly status!: string;
  @ApiProperty({ format: 'date-time' }) readonly orderedAt!: string;
  @ApiProperty({ type: [CartLineEntry] }) readonly lines!: readonly CartLineEntry[];
  @ApiProperty({ type: [LineSubscription] }) readonly subscriptions!: readonly LineSubscription[];
  @ApiProperty({ type: [LineErrorEntry] }) readonly errors!: readonly LineErrorEntry[];
  @ApiProperty({ type: 'integer' }) readonly revision!: number;
}

/** Lines with their numbers. */
export const numbered = (lines: readonly CartLine[]): readonly CartLineEntry[] =>
  lines.map((cartLine, line) => ({ line, ...cartLine }));

export const shownCart = (cart: ExistingCart, revision: number, at: Instant): CartEntry => ({
  cartId: cart.cartId,
  partnerId: cart.partnerId,
  customerId: cart.customerId,
  status: statusAt(cart, at),
  createdAt: cart.createdAt,
  expiresAt: cart.expiresAt,
  lines: numbered(cart.lines),
  errors: cart.errors,
  review: cart.review,
  orderId: cart.orderId,
  revision,
});

/** The result of each line, in order. */
export const shownResults = (results: ReadonlyMap<number, LineResult>) => {
  const inOrder = [...results].sort(([a], [b]) => a - b);
  return {
    subscriptions: inOrder.flatMap(([line, result]) => ('code' in result ? [] : [{ line, ...result }])),
    errors: inOrder.flatMap(([line, result]) => ('code' in result ? [{ line, ...result }] : [])),
  };
};

export const shownOrder = ({ results, ...order }: PlacedOrder | DirectOrder, revision: number): OrderEntry => ({
  orderId: order.orderId,
  cartId: order.cartId,
  partnerId: order.partnerId,
  customerId: order.customerId,
  status: order.status,
  orderedAt: order.orderedAt,
  lines: order.lines.map(({ subscriptionId: _, ...line }) => line),
  ...shownResults(results),
  revision,
});
