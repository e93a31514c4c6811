import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { cataloguePublication, PublishCatalogue } from '#catalog';
import { isRefusal } from '#kernel';
import { CATALOGUE_ID, dispatch, type CommandAnswer, Ledger } from '#ledger';
import type { Refusal } from '#ledger';

@CommandHandler(PublishCatalogue)
export class PublishCatalogueHandler implements ICommandHandler<PublishCatalogue, CommandAnswer | Refusal> {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async execute(command: PublishCatalogue): Promise<CommandAnswer | Refusal> {
    const { version } = command.data.catalogue;
    const answer = await dispatch(this.#ledger.dispatching, {
      decider: cataloguePublication,
      id: CATALOGUE_ID,
      command,
      ids: { version },
    });
    if (!isRefusal(answer)) await this.#ledger.catalogCache.refresh();
    return answer;
  }
}
