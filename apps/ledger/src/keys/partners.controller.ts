import { Body, Get, Post, Query } from '@nestjs/common';
import { RegisterPartner } from '#access';
import { listPartners } from '#projections/access';
import { CommandSender } from '../routing/command-sender.ts';
import { ApiCommand, ApiList } from '../http/documented.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import { PageQuery, type Page } from '../http/page.ts';
import { SentCommand, type Sent } from '../routing/command-context.ts';
import { Ledger, readModels } from '#ledger';
import { PartnerAnswered, PartnerEntry, RegisterPartnerBody } from './keys.schemas.ts';
import { OperatorOnly } from '../access/permissions.ts';

/** The partners that use this ledger; operator only (http-api.md §4.10). */
@LedgerController('v1/partners', 'access')
export class PartnersController {
  readonly #sender: CommandSender;
  readonly #ledger: Ledger;

  constructor(sender: CommandSender, ledger: Ledger) {
    this.#sender = sender;
    this.#ledger = ledger;
  }

  @Post()
  @OperatorOnly()
  @ApiCommand('registerPartner', 'Let a partner use this ledger', { status: 201, type: PartnerAnswered })
  register(@Body() { ...body }: RegisterPartnerBody, @SentCommand() sent: Sent): Promise<object> {
    return this.#sender.send(sent, RegisterPartner, body);
  }

  @Get()
  @OperatorOnly()
  @ApiList('listPartners', 'Partners, in the order in which they were registered', PartnerEntry)
  list(@Query() query: PageQuery): Promise<Page<PartnerEntry>> {
    return listPartners(readModels(this.#ledger), query);
  }
}
