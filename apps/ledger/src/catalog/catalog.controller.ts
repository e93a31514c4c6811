import { Body, Get, Put, Query } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { catalogueAt, eligibility, listOffers, parseCatalogue, PublishCatalogue, type Offer } from '#catalog';
import { refuse } from '#kernel';
import { pinAt, resolve } from '#policy';
import { findCustomer, listSubscriptions, type RegisteredCustomer } from '#projections/status';
import { ForBillingReaders, OperatorOnly } from '../access/permissions.ts';
import { CommandSender } from '../routing/command-sender.ts';
import { ApiCommand, ApiList, ApiRead } from '../http/documented.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import type { Page } from '../http/page.ts';
import { InvalidRequest, RefusedError } from '../http/problem.ts';
import { From, SentCommand, type Sent } from '../routing/command-context.ts';
import { type Caller, Ledger, readModels } from '#ledger';
import { CatalogueAnswered, CatalogueEntry, OfferEntry, OffersQuery } from './catalog.schemas.ts';

/** What is for sale, and to whom (http-api.md §4.1). */
@LedgerController('v1', 'catalogue')
export class CatalogueController {
  readonly #sender: CommandSender;
  readonly #ledger: Ledger;

  constructor(sender: CommandSender, ledger: Ledger) {
    this.#sender = sender;
    this.#ledger = ledger;
  }

  @Get('catalog')
  @ForBillingReaders()
  @ApiRead('getCatalogue', 'The version in force; an empty one if none was published', CatalogueEntry)
  catalogue(): CatalogueEntry {
    return this.#inForce() ?? { version: null, effectiveFrom: null, offers: [] };
  }

  @Put('catalog')
  @OperatorOnly()
  @ApiCommand('publishCatalogue', 'Publish a version, in force from its effectiveFrom; operator only', {
    type: CatalogueAnswered,
  })
  @ApiBody({ type: CatalogueEntry, description: 'In the form of the catalogue file' })
  publish(@Body() body: object | undefined, @SentCommand() sent: Sent): Promise<object> {
    const catalogue = parseCatalogue(body);
    if ('errors' in catalogue) throw new InvalidRequest(catalogue.errors);
    return this.#sender.send(sent, PublishCatalogue, { catalogue });
  }

  /** One list under one set of rules (R9, R30), with every reason why an offer cannot be bought. */
  @Get('offers')
  @ForBillingReaders()
  @ApiList('listOffers', "Offers of the version in force, in the catalogue's order", OfferEntry)
  async offers(@Query() query: OffersQuery, @From() caller: Caller): Promise<Page<OfferEntry>> {
    const catalogue = this.#inForce();
    const offers = catalogue === undefined ? [] : listOffers(catalogue, query);
    const { items, nextCursor } = pageOf(offers, query);
    if (query.customerId === undefined) return { items, nextCursor };
    const judge = await this.#judge(query.customerId, caller);
    return { items: items.map((offer) => ({ ...offer, ...judge(offer) })), nextCursor };
  }

  #inForce() {
    return catalogueAt(this.#ledger.catalogCache.timeline, this.#ledger.clock.now());
  }

  /** Judges for each offer whether a customer may buy it, with all reasons if not. */
  async #judge(customerId: string, { actor: { partnerId }, partner: facts }: Caller) {
    const customer = await findCustomer(readModels(this.#ledger), partnerId, customerId);
    if (customer === undefined) throw new RefusedError(refuse('CUSTOMER_NOT_FOUND', 'there is no such customer'));
    const held = await this.#held(customer);
    const policy = resolve(pinAt(this.#ledger.commands.context().policies, this.#ledger.clock.now()));
    return (offer: Offer) => {
      const reasons = eligibility({ offer, customer, partner: { partnerId, facts }, held, policy });
      return { purchasable: reasons.length === 0, reasons };
    };
  }

  async #held({ customerId, partnerId }: RegisteredCustomer) {
    const held = [];
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await listSubscriptions(
        readModels(this.#ledger),
        partnerId,
        { customerId },
        { limit: 500, cursor },
      );
      held.push(...items);
      cursor = nextCursor ?? undefined;
    } while (cursor !== undefined);
    return held;
  }
}

/** Ids contain no spaces, so the last id of a page can be the cursor unchanged. */
const pageOf = (offers: readonly Offer[], { limit, cursor }: OffersQuery): Page<Offer> => {
  const last = cursor === undefined ? -1 : offers.findIndex(({ offerId }) => offerId === cursor);
  if (cursor !== undefined && last < 0)
    throw new InvalidRequest([{ path: 'cursor', message: 'must be a nextCursor of an earlier page' }]);
  const items = offers.slice(last + 1, last + 1 + limit);
  const more = last + 1 + limit < offers.length;
  return { items, nextCursor: more ? (items.at(-1)?.offerId ?? null) : null };
};
