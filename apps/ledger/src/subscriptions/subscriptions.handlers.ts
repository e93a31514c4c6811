import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Type } from '@nestjs/common';
import { type CommandAnswer, Ledger } from '#ledger';
import { PurchaseSubscription, verbs, type SubscriptionVerb } from '#subscription';
import type { Refusal } from '#ledger';

@CommandHandler(PurchaseSubscription)
class Purchase implements ICommandHandler<PurchaseSubscription> {
  constructor(private readonly ledger: Ledger) {}

  execute(command: PurchaseSubscription): Promise<CommandAnswer | Refusal> {
    return this.ledger.commands.purchase(command);
  }
}

/** Nest's door to a verb: a class for each, since a bus finds its handlers by the class of a command. */
const handlerOf = (command: (typeof verbs)[keyof typeof verbs]['command']): Type<ICommandHandler<SubscriptionVerb>> => {
  @CommandHandler(command)
  class Handler {
    constructor(private readonly ledger: Ledger) {}

    execute(sent: SubscriptionVerb): Promise<CommandAnswer | Refusal> {
      return this.ledger.commands.send(sent);
    }
  }
  return Handler;
};

/** Handlers of every command on a subscription. They are made from the list of verbs: a new one needs no line here. */
export const subscriptionHandlers = [Purchase, ...Object.values(verbs).map(({ command }) => handlerOf(command))];
