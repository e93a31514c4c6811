import { Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { isRefusal } from '#kernel';
import type { SubscriptionView } from '#subscription';
import { listSubscriptions } from '#projections/status';
import { ForBillingReaders } from '../access/permissions.ts';
import { EventEntry, shownEvent } from '../http/event-entry.ts';
import { ApiList, ApiRead } from '../http/documented.ts';
import { SubscriptionId } from '../http/ids.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import type { Page } from '../http/page.ts';
import { InvalidRequest, RefusedError } from '../http/problem.ts';
import { Gone } from '../routing/gone.ts';
import { inSlices } from '../http/slices.ts';
import { From } from '../routing/command-context.ts';
import { type Caller, Ledger, readModels } from '#ledger';
import {
  EventsQuery,
  StateQuery,
  SubscriptionDetailEntry,
  SubscriptionEntry,
  SubscriptionsQuery,
  type Included,
} from './subscriptions.views.ts';
import type { Refusal } from '#ledger';

/** Subscriptions now and at earlier times (http-api.md §4.4), and their events (http-api.md §4.7). */
@LedgerController('v1/subscriptions', 'subscriptions')
export class SubscriptionQueriesController {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  @Get()
  @ForBillingReaders()
  @ApiList('listSubscriptions', 'Subscriptions, in the order of their creation', SubscriptionEntry)
  async list(
    @Query() query: SubscriptionsQuery,
    @From() caller: Caller,
    @Gone() gone: AbortSignal,
  ): Promise<Page<SubscriptionEntry>> {
    const { items, nextCursor } = await listSubscriptions(
      readModels(this.#ledger),
      caller.actor.partnerId,
      query,
      query,
    );
    if (query.include.length === 0) return { items, nextCursor };
    return { items: await inSlices(items, (item) => this.#with(query.include, item, caller), gone), nextCursor };
  }

  /** Loads the subscription's stream: the read model lacks the state that guards need. */
  async #with(include: readonly Included[], item: SubscriptionView, caller: Caller): Promise<SubscriptionEntry> {
    const view = answered(await this.#ledger.views.one(item.subscriptionId, caller));
    const { allowedActions, refundOptions, withdrawn, addOns } = view;
    return {
      ...item,
      ...(include.includes('allowedActions') && { allowedActions }),
      ...(include.includes('refundOptions') && { refundOptions }),
      ...(include.includes('withdrawn') && { withdrawn, addOns }),
    };
  }

  @Get(':id')
  @ForBillingReaders()
  @ApiRead('getSubscription', "One subscription, settled up to the ledger's clock", SubscriptionDetailEntry)
  async one(
    @SubscriptionId() id: string,
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionDetailEntry> {
    const view = answered(await this.#ledger.views.one(id, caller));
    void reply.header('etag', `"${view.revision}"`);
    return view;
  }

  @Get(':id/state')
  @ApiRead(
    'getSubscriptionState',
    'One subscription as it was at an instant, or at a revision',
    SubscriptionDetailEntry,
  )
  async state(
    @SubscriptionId() id: string,
    @Query() query: StateQuery,
    @From() caller: Caller,
    @Gone() gone: AbortSignal,
  ): Promise<SubscriptionDetailEntry> {
    const now = this.#ledger.clock.now();
    if (query.at !== undefined && query.at > now)
      throw new InvalidRequest([{ path: 'at', message: `must not be later than the ledger's clock, ${now}` }]);
    return answered(await this.#ledger.views.at(id, caller, query, gone));
  }

  @Get(':id/events')
  @ApiList('listSubscriptionEvents', 'What was recorded of one subscription, oldest first', EventEntry)
  async events(
    @SubscriptionId() id: string,
    @Query() { from = 0, limit, cursor }: EventsQuery,
    @From() caller: Caller,
  ): Promise<Page<EventEntry>> {
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
      throw new InvalidRequest([{ path: 'cursor', message: 'must be a nextCursor of an earlier page' }]);
    const first = cursor === undefined ? from : Number(cursor);
    const events = answered(await this.#ledger.views.events(id, caller, { from: first, limit: limit + 1 }));
    return {
      items: events.slice(0, limit).map(shownEvent),
      nextCursor: events.length > limit ? String(first + limit) : null,
    };
  }
}

const answered = <T extends object>(answer: T | Refusal): T => {
  if (isRefusal(answer)) throw new RefusedError(answer);
  return answer;
};
