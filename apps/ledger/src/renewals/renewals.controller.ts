import { Get, Query } from '@nestjs/common';
import { listRenewals, type Renewal } from '#projections/renewals';
import { subscription, type Subscription } from '#subscription';
import { ForBillingReaders } from '../access/permissions.ts';
import { ApiList } from '../http/documented.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import type { Page } from '../http/page.ts';
import { From } from '../routing/command-context.ts';
import { type Caller, Ledger, type Next, outlook, readModels } from '#ledger';
import { RenewalEntry, RenewalsQuery } from './renewals.schemas.ts';

/** What renews when, and what it will be then (http-api.md §4.6). */
@LedgerController('v1/renewals', 'renewals')
export class RenewalsController {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  @Get()
  @ForBillingReaders()
  @ApiList('listRenewals', 'Renewals, conversions and ends by date', RenewalEntry)
  async list(@Query() query: RenewalsQuery, @From() { actor }: Caller): Promise<Page<RenewalEntry>> {
    const { items, nextCursor } = await listRenewals(readModels(this.#ledger), actor.partnerId, query, query);
    return { items: await Promise.all(items.map((renewal) => this.#entry(renewal))), nextCursor };
  }

  async #entry(renewal: Renewal): Promise<RenewalEntry> {
    const { subscriptionId, customerId, renewsOn, action, reason, current, scheduledChange } = renewal;
    const next = action === 'end' ? null : await this.#next(renewal);
    return {
      ...{ subscriptionId, customerId, renewsOn, action, current, next },
      scheduledChange: scheduledChange !== null,
      reason,
    };
  }

  async #next({ subscriptionId, renewsOn }: Renewal): Promise<Next | null> {
    const state = await this.#load(subscriptionId);
    const surroundings = this.#ledger.commands.surroundings();
    return state.status === 'none' ? null : outlook(state, renewsOn, surroundings, (targetId) => this.#load(targetId));
  }

  async #load(subscriptionId: string): Promise<Subscription> {
    const { state } = await this.#ledger.handling.load(
      subscription(this.#ledger.commands.surroundings()),
      subscriptionId,
    );
    return state;
  }
}
