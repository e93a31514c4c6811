import { Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { isRefusal, refuse } from '#kernel';
import { ApiRead } from '../http/documented.ts';
import { OrderId } from '../http/ids.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import { RefusedError } from '../http/problem.ts';
import { From } from '../routing/command-context.ts';
import { type Caller, Ledger } from '#ledger';
import { OrderEntry, shownOrder } from './carts.views.ts';

/** Orders (http-api.md §4.2): of carts, and of purchases without a cart, which have one line. */
@LedgerController('v1/orders', 'carts')
export class OrdersController {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  @Get(':id')
  @ApiRead('getOrder', 'One order, and the result of each of its lines', OrderEntry)
  async one(
    @OrderId() id: string,
    @From() { actor }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderEntry> {
    const fromCart = await this.#ledger.orders.one(id, actor);
    const found = isRefusal(fromCart) ? await this.#ledger.directOrders.one(id, actor) : fromCart;
    if (found === undefined) throw new RefusedError(refuse('ORDER_NOT_FOUND', 'there is no such order'));
    void reply.header('etag', `"${found.revision}"`);
    return shownOrder(found.order, found.revision);
  }
}
