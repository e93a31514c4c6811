import { Body, Get, Post, Query } from '@nestjs/common';
import { RegisterCustomer } from '#customer';
import { refuse } from '#kernel';
import { findCustomer, listCustomers } from '#projections/status';
import { ForBillingReaders } from '../access/permissions.ts';
import { CommandSender } from '../routing/command-sender.ts';
import { ApiCommand, ApiList, ApiRead } from '../http/documented.ts';
import { CustomerId } from '../http/ids.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import { PageQuery, type Page } from '../http/page.ts';
import { InvalidRequest, RefusedError } from '../http/problem.ts';
import { From, SentCommand, type Sent } from '../routing/command-context.ts';
import { type Caller, Ledger, readModels } from '#ledger';
import {
  CustomerAnswered,
  CustomerEntry,
  CustomTermEndDates,
  CustomTermEndDatesQuery,
  RegisterCustomerBody,
} from './customers.schemas.ts';

/** Segments that exist whatever the catalog says. */
const segments = ['commercial', 'education', 'government', 'nonprofit'];

/** To whom subscriptions are sold (http-api.md §4.1). */
@LedgerController('v1/customers', 'customers')
export class CustomersController {
  readonly #sender: CommandSender;
  readonly #ledger: Ledger;

  constructor(sender: CommandSender, ledger: Ledger) {
    this.#sender = sender;
    this.#ledger = ledger;
  }

  @Post()
  @ApiCommand('registerCustomer', 'Register a customer', { status: 201, type: CustomerAnswered })
  async register(@Body() { ...body }: RegisterCustomerBody, @SentCommand() sent: Sent): Promise<object> {
    this.#checkSegment(body.segment);
    const customerId = await this.#sender.idFor('customer', sent, body.customerId);
    return this.#sender.send(sent, RegisterCustomer, { ...body, customerId });
  }

  @Get()
  @ForBillingReaders()
  @ApiList('listCustomers', 'Customers, in the order in which they were registered', CustomerEntry)
  list(@Query() query: PageQuery, @From() { actor }: Caller): Promise<Page<CustomerEntry>> {
    return listCustomers(readModels(this.#ledger), actor.partnerId, query);
  }

  @Get(':id')
  @ForBillingReaders()
  @ApiRead('getCustomer', 'One customer', CustomerEntry)
  async one(@CustomerId() customerId: string, @From() { actor }: Caller): Promise<CustomerEntry> {
    const customer = await findCustomer(readModels(this.#ledger), actor.partnerId, customerId);
    if (customer === undefined) throw new RefusedError(refuse('CUSTOMER_NOT_FOUND', 'there is no such customer'));
    return customer;
  }

  @Get(':id/custom-term-end-dates')
  @ForBillingReaders()
  @ApiRead('listCustomTermEndDates', 'Days on which a first term may end', CustomTermEndDates)
  async endDates(
    @CustomerId() customerId: string,
    @Query() { term }: CustomTermEndDatesQuery,
    @From() { actor }: Caller,
  ): Promise<CustomTermEndDates> {
    const { customers, clock } = this.#ledger;
    const items = await customers.endDates(actor.partnerId, customerId, term, clock.now());
    if (items === undefined) throw new RefusedError(refuse('CUSTOMER_NOT_FOUND', 'there is no such customer'));
    return { items };
  }

  /** A segment to which no offer is sold is a typo. */
  #checkSegment(segment: string): void {
    const known =
      segments.includes(segment) ||
      this.#ledger.catalogCache.timeline.versions.some(({ offers }) =>
        offers.some((offer) => offer.segments.includes(segment)),
      );
    if (!known)
      throw new InvalidRequest([
        { path: 'segment', message: `must be one of ${segments.join(', ')}, or one that an offer names` },
      ]);
  }
}
