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

/** Connects a verb to Nest: one class each, because the bus finds a handler by the class of its command. */
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

/** Handlers of every command on a subscription, made from the list of verbs: a new verb needs no line here. */
export const subscriptionHandlers = [Purchase, ...Object.values(verbs).map(({ command }) => handlerOf(command))];
