import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { isRefusal } from '#kernel';
import { ApiRead } from '../http/documented.ts';
import { OrderId } from '../http/ids.ts';
import { RefusedError } from '../http/problem.ts';
import { From } from '../http/sent.ts';
import type { Caller } from '../ledger/caller.ts';
import { Ledger } from '../ledger/ledger.ts';
import { OrderEntry, shownOrder } from './carts.views.ts';

/** What carts became (api.md §4.2). */
@ApiTags('carts')
@Controller('v1/orders')
export class OrdersController {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  @Get(':id')
  @ApiRead('getOrder', 'One order, and what became of each of its lines', OrderEntry)
  async one(
    @OrderId() id: string,
    @From() { actor }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderEntry> {
    const found = await this.#ledger.orders.one(id, actor);
    if (isRefusal(found)) throw new RefusedError(found);
    void reply.header('etag', `"${found.revision}"`);
    return shownOrder(found.order, found.revision);
  }
}
