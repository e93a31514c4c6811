import { Body, Get, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { isRefusal } from '#kernel';
import { CheckOutCart, CreateCart, ReplaceCartLines, ReviewCart, type CartLine } from '#order';
import { CommandSender } from '../routing/command-sender.ts';
import { ApiCommand, ApiRead } from '../http/documented.ts';
import { CartId } from '../http/ids.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import { RefusedError } from '../http/problem.ts';
import { From, SentCommand, type Sent } from '../routing/command-context.ts';
import { type Caller, deterministicId, Ledger } from '#ledger';
import { NothingBody } from '../subscriptions/subscriptions.schemas.ts';
import { CartLinesBody, CreateCartBody } from './carts.schemas.ts';
import {
  CartAnswered,
  CartCreatedAnswered,
  CartEntry,
  CheckoutAnswered,
  ReviewAnswered,
  shownCart,
} from './carts.views.ts';

type Answer = Promise<object>;

/** Plain objects instead of class instances: they are recorded. */
const plain = (lines: readonly CartLine[]): readonly CartLine[] => lines.map((line) => ({ ...line }));

/** Cart, review, buy (R20–R22, http-api.md §4.2). */
@LedgerController('v1/carts', 'carts')
export class CartsController {
  readonly #sender: CommandSender;
  readonly #ledger: Ledger;

  constructor(sender: CommandSender, ledger: Ledger) {
    this.#sender = sender;
    this.#ledger = ledger;
  }

  @Post()
  @ApiCommand('createCart', 'Open a cart for a customer', { status: 201, type: CartCreatedAnswered })
  create(@Body() { customerId, lines }: CreateCartBody, @SentCommand() sent: Sent): Answer {
    const { caller, idempotencyKey } = sent.request;
    const cartId = deterministicId('cart', caller.actor.partnerId, idempotencyKey);
    return this.#sender.send(sent, CreateCart, { cartId, customerId, lines: plain(lines), errors: [] });
  }

  @Put(':id/lines')
  @ApiCommand('replaceCartLines', "Replace the cart's lines; it is open again", {
    type: CartAnswered,
  })
  replace(@CartId() cartId: string, @Body() { lines }: CartLinesBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, ReplaceCartLines, { cartId, lines: plain(lines), errors: [] });
  }

  @Post(':id/review')
  @ApiCommand('reviewCart', 'What the cart costs, and which lines cannot be bought now', {
    type: ReviewAnswered,
  })
  review(@CartId() cartId: string, @Body() _: NothingBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, ReviewCart, { cartId, totals: [], amounts: [], errors: [] });
  }

  @Post(':id/checkout')
  @ApiCommand('checkOutCart', 'Buy what was reviewed; a cart results in one order, however often it is checked out', {
    status: 201,
    type: CheckoutAnswered,
  })
  checkout(@CartId() cartId: string, @Body() _: NothingBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, CheckOutCart, { cartId });
  }

  @Get(':id')
  @ApiRead('getCart', 'One cart', CartEntry)
  async one(
    @CartId() id: string,
    @From() { actor }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CartEntry> {
    const found = await this.#ledger.orders.cartOf(id, actor);
    if (isRefusal(found)) throw new RefusedError(found);
    void reply.header('etag', `"${found.revision}"`);
    return shownCart(found.cart, found.revision, this.#ledger.clock.now());
  }
}
