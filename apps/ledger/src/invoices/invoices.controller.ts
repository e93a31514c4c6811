import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { Get, Query } from '@nestjs/common';
import { listInvoices } from '#projections/billing';
import { ForBillingReaders } from '../access/permissions.ts';
import { ApiList } from '../http/documented.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import type { Page } from '../http/page.ts';
import { From } from '../routing/command-context.ts';
import { type Caller, Ledger, readModels } from '#ledger';
import { InvoiceEntry, InvoicesQuery } from './invoices.schemas.ts';

/** Charges summed by customer, currency and calendar month (http-api.md §4.5). */
@LedgerController('v1/invoices', 'billing')
export class InvoicesController {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  @Get()
  @ForBillingReaders()
  @ApiList('listInvoices', 'Invoices by month, customer and currency', InvoiceEntry)
  list(@Query() { limit, cursor, ...filter }: InvoicesQuery, @From() { actor }: Caller): Promise<Page<InvoiceEntry>> {
    return listInvoices(readModels(this.#ledger), actor.partnerId, filter, { limit, cursor, pause: yieldToEventLoop });
  }
}
