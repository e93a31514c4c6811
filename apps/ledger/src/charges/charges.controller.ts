import { Get, Query } from '@nestjs/common';
import { listCharges } from '#projections/billing';
import { ForBillingReaders } from '../access/permissions.ts';
import { ApiList } from '../http/documented.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import type { Page } from '../http/page.ts';
import { From } from '../routing/command-context.ts';
import { type Caller, Ledger, readModels } from '#ledger';
import { ChargeEntry, ChargesQuery } from './charges.schemas.ts';

/** Charges and credits (http-api.md §4.5). */
@LedgerController('v1/charges', 'billing')
export class ChargesController {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  @Get()
  @ForBillingReaders()
  @ApiList('listCharges', 'Charges in ledger order', ChargeEntry)
  list(@Query() query: ChargesQuery, @From() { actor }: Caller): Promise<Page<ChargeEntry>> {
    return listCharges(readModels(this.#ledger), actor.partnerId, query, query);
  }
}
