export { ActivateSubscription } from './activate.ts';
export { ReactivateAddOn, SuspendAddOn } from './add-on-status.ts';
export { AddSeats } from './add-seats.ts';
export { AdjustCharges } from './adjust.ts';
export { endDates, type EndDate } from './align.ts';
export { allowedActions } from './allowed-actions.ts';
export { SetAutoRenew } from './auto-renew.ts';
export { CancelSubscription } from './cancel.ts';
export { ChangePlan } from './change-plan.ts';
export type { ChargeLine, ChargeType } from './charge-line.ts';
export type { ChargesPosted } from './charges.ts';
export { ConvertTrial } from './convert.ts';
export { evolve, type SubscriptionEvent } from './events.ts';
export type { Asking } from './guards.ts';
export { history } from './history.ts';
export { DeprovisionSubscription } from './deprovision.ts';
export { PauseSubscription } from './pause.ts';
export { PurchaseSubscription, type SubscriptionCreated } from './purchase.ts';
export { ReactivateSubscription } from './reactivate.ts';
export { ReceiveUpgrade } from './receive-upgrade.ts';
export { RecordUsage } from './record-usage.ts';
export { refundOptions, type RefundOption } from './refund-options.ts';
export { RemoveScheduledChange } from './remove-scheduled-change.ts';
export { RemoveSeats } from './remove-seats.ts';
export { RenameSubscription } from './rename.ts';
export { ResumeSubscription } from './resume.ts';
export { ScheduleChange } from './schedule-change.ts';
export { nextDue, settle, Settle } from './settle.ts';
export type { Existing, Kind, ScheduledChange, Status, Subscription, UpgradeTarget } from './state.ts';
export { subscription, type SubscriptionCommand } from './subscription.ts';
export type {
  AlignableSubscription,
  CustomerFacts,
  HeldSeats,
  HeldSubscription,
  Surroundings,
} from './surroundings.ts';
export { SetAddOns } from './set-add-ons.ts';
export { SuspendSubscription } from './suspend.ts';
export { CompleteUpgrade, ReturnUpgrade, type UpgradeStarted } from './transfer.ts';
export { UpgradeSubscription } from './upgrade.ts';
export { type SubscriptionVerb } from './verbs.ts';
