import { Readable } from 'node:stream';
import { Get, Headers, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { START } from '#kernel';
import { ApiList } from '../http/documented.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import { InvalidRequest } from '../http/problem.ts';
import { From } from '../routing/command-context.ts';
import { goneOf } from '../routing/gone.ts';
import type { Caller } from '#ledger';
import { EventEntry } from '../http/event-entry.ts';
import { History, ndjson, serverSent } from './history.ts';
import { HistoryQuery } from './history.schemas.ts';

/** The log, for auditors and for programs that follow it (http-api.md §4.7). */
@LedgerController('v1/events', 'history')
export class HistoryController {
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
  }

  @Get()
  @ApiList('listEvents', "The caller's partner's events, in order; streamed or followed live by Accept", EventEntry)
  @ApiProduces('application/json', 'application/x-ndjson', 'text/event-stream')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Where to resume a live stream' })
  async list(
    @Query() { after, cursor, limit }: HistoryQuery,
    @Headers() { accept = '', 'last-event-id': resumed }: Readonly<Record<string, string | undefined>>,
    @From() { actor }: Caller,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (after !== undefined && cursor !== undefined)
      throw new InvalidRequest([{ path: 'cursor', message: 'continues after an earlier page: leave `after` out' }]);
    const from = cursor ?? after ?? START;
    const streamed = ['text/event-stream', 'application/x-ndjson'].find((type) => accept.includes(type));
    if (streamed !== undefined && reply.request.method === 'HEAD') {
      // A HEAD request needs only the headers: a reader of the log would never be closed.
      void reply.headers({ 'content-type': streamed, 'cache-control': 'no-store' }).send(Readable.from([]));
    } else if (streamed === 'text/event-stream') {
      const live = await this.#history.stream(actor, resumed ?? from, serverSent);
      void reply.headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).send(live);
    } else if (streamed === 'application/x-ndjson') {
      const lines = await this.#history.stream(actor, from, ndjson);
      void reply.header('content-type', 'application/x-ndjson').send(lines);
    } else void reply.send(await this.#history.page(actor.partnerId, from, limit, goneOf(reply)));
  }
}
