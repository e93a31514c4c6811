import { Injectable } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Refusal } from '#kernel';
import {
  ActivateSubscription,
  AddSeats,
  AdjustCharges,
  CancelSubscription,
  ChangePlan,
  ConvertTrial,
  DeprovisionSubscription,
  PauseSubscription,
  PurchaseSubscription,
  ReactivateAddOn,
  ReactivateSubscription,
  RecordUsage,
  RemoveScheduledChange,
  RemoveSeats,
  RenameSubscription,
  ResumeSubscription,
  ScheduleChange,
  SetAddOns,
  SetAutoRenew,
  SuspendAddOn,
  SuspendSubscription,
  UpgradeSubscription,
  type SubscriptionVerb,
} from '#subscription';
import { type CommandAnswer, Ledger } from '#ledger';

/** Nest's door to the pure core. A new verb needs one more line below, and nothing here. */
// Decorated, or Nest does not learn what its constructor wants.
@Injectable()
abstract class VerbHandler<C extends SubscriptionVerb> {
  constructor(protected readonly ledger: Ledger) {}

  /** Carries the verb out; a refusal is an answer. */
  execute(command: C): Promise<CommandAnswer | Refusal> {
    return this.ledger.commands.send(command);
  }
}

@CommandHandler(PurchaseSubscription)
class Purchase implements ICommandHandler<PurchaseSubscription> {
  constructor(private readonly ledger: Ledger) {}

  execute(command: PurchaseSubscription): Promise<CommandAnswer | Refusal> {
    return this.ledger.commands.purchase(command);
  }
}

@CommandHandler(UpgradeSubscription)
class Upgrade implements ICommandHandler<UpgradeSubscription> {
  constructor(private readonly ledger: Ledger) {}

  execute(command: UpgradeSubscription): Promise<CommandAnswer | Refusal> {
    return this.ledger.commands.upgrade(command);
  }
}

@CommandHandler(AddSeats)
class Add extends VerbHandler<AddSeats> {}
@CommandHandler(AdjustCharges)
class Adjust extends VerbHandler<AdjustCharges> {}
@CommandHandler(CancelSubscription)
class Cancel extends VerbHandler<CancelSubscription> {}
@CommandHandler(ChangePlan)
class Plan extends VerbHandler<ChangePlan> {}
@CommandHandler(ConvertTrial)
class Convert extends VerbHandler<ConvertTrial> {}
@CommandHandler(PauseSubscription)
class Pause extends VerbHandler<PauseSubscription> {}
@CommandHandler(ReactivateSubscription)
class Reactivate extends VerbHandler<ReactivateSubscription> {}
@CommandHandler(RemoveScheduledChange)
class Unschedule extends VerbHandler<RemoveScheduledChange> {}
@CommandHandler(RemoveSeats)
class Remove extends VerbHandler<RemoveSeats> {}
@CommandHandler(RenameSubscription)
class Rename extends VerbHandler<RenameSubscription> {}
@CommandHandler(ResumeSubscription)
class Resume extends VerbHandler<ResumeSubscription> {}
@CommandHandler(ScheduleChange)
class Schedule extends VerbHandler<ScheduleChange> {}
@CommandHandler(SetAutoRenew)
class AutoRenew extends VerbHandler<SetAutoRenew> {}
@CommandHandler(SuspendSubscription)
class Suspend extends VerbHandler<SuspendSubscription> {}
@CommandHandler(ActivateSubscription)
class Activate extends VerbHandler<ActivateSubscription> {}
@CommandHandler(DeprovisionSubscription)
class Deprovision extends VerbHandler<DeprovisionSubscription> {}
@CommandHandler(ReactivateAddOn)
class ReactivateOne extends VerbHandler<ReactivateAddOn> {}
@CommandHandler(RecordUsage)
class Use extends VerbHandler<RecordUsage> {}
@CommandHandler(SetAddOns)
class AddOns extends VerbHandler<SetAddOns> {}
@CommandHandler(SuspendAddOn)
class SuspendOne extends VerbHandler<SuspendAddOn> {}

export const subscriptionHandlers = [
  Purchase,
  Upgrade,
  Add,
  Adjust,
  Cancel,
  Plan,
  Convert,
  Pause,
  Reactivate,
  Unschedule,
  Remove,
  Rename,
  Resume,
  Schedule,
  AutoRenew,
  Suspend,
  Activate,
  Deprovision,
  ReactivateOne,
  Use,
  AddOns,
  SuspendOne,
];
