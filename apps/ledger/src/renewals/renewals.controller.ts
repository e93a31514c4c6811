import { Get, Query } from '@nestjs/common';
import { startOf } from '#calendar';
import type { Instant } from '#kernel';
import { listRenewals, type Renewal } from '#projections/renewals';
import { isAddOnWithdrawn, isWithdrawn, subscription, type Existing, type Subscription } from '#subscription';
import { ForBillingReaders } from '../access/permissions.ts';
import { ApiList } from '../http/documented.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import type { Page } from '../http/page.ts';
import { From } from '../routing/command-context.ts';
import { type Caller, Ledger, type Next, renewalPreview, readModels } from '#ledger';
import { RenewalEntry, RenewalsQuery } from './renewals.schemas.ts';

/** Coming renewals, conversions and ends (http-api.md §4.6). */
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
    const state = await this.#load(subscriptionId);
    const next = action === 'end' ? null : await this.#next(state, renewal);
    const withdrawn = state.status !== 'none' && this.#isWithdrawn(state, startOf(renewsOn));
    return {
      ...{ subscriptionId, customerId, renewsOn, action, current, withdrawn, next },
      scheduledChange: scheduledChange !== null,
      reason,
    };
  }

  /** Also true if an add-on that renews along is no longer sold on that day. */
  #isWithdrawn(state: Existing, at: Instant): boolean {
    const context = this.#ledger.commands.context();
    return isWithdrawn(state, at, context) || state.addOns.some((addOn) => isAddOnWithdrawn(state, addOn, at, context));
  }

  async #next(state: Subscription, { renewsOn }: Renewal): Promise<Next | null> {
    const context = this.#ledger.commands.context();
    return state.status === 'none'
      ? null
      : renewalPreview(state, renewsOn, context, (targetId) => this.#load(targetId));
  }

  async #load(subscriptionId: string): Promise<Subscription> {
    const { state } = await this.#ledger.handler.load(subscription(this.#ledger.commands.context()), subscriptionId);
    return state;
  }
}
