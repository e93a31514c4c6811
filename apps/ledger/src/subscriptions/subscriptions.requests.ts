import { billingCycles, terms, type BillingCycle, type Term } from '#calendar';
import type { UpgradeTarget } from '#subscription';
import { Amount, DayField, Flag, OneOf, Seats, Text, UpgradeTargetField, Uuid } from '../http/fields.ts';

const reasons = ['customerRequest', 'nonPayment', 'fraud'] as const;
type Reason = (typeof reasons)[number];

const left = { optional: true };

export class PurchaseBody {
  @Uuid(left) readonly subscriptionId?: string;
  @Uuid() readonly customerId!: string;
  @Text(200) readonly offerId!: string;
  @Text(200) readonly skuId!: string;
  @Seats() readonly quantity!: number;
  @OneOf(terms) readonly term!: Term;
  @OneOf(billingCycles) readonly billingCycle!: BillingCycle;
  @Text(200, left) readonly friendlyName?: string;
  @DayField(left) readonly customTermEndDate?: string;
}

export class SeatsBody {
  @Seats() readonly quantity!: number;
}

export class RenameBody {
  @Text(200) readonly friendlyName!: string;
}

export class ConvertBody {
  @Text(200, left) readonly offerId?: string;
  @Text(200, left) readonly skuId?: string;
  @Seats(left) readonly quantity?: number;
  @OneOf(terms, left) readonly term?: Term;
  @OneOf(billingCycles, left) readonly billingCycle?: BillingCycle;
}

export class PlanBody {
  @OneOf(terms, left) readonly term?: Term;
  @OneOf(billingCycles, left) readonly billingCycle?: BillingCycle;
}

/** Why it is suspended or cancelled. */
export class ReasonBody {
  @OneOf(reasons) readonly reason!: Reason;
  @Text(1_000, left) readonly comment?: string;
}

export class PauseBody {
  @OneOf(reasons, left) readonly reason?: Reason;
  @Text(1_000, left) readonly comment?: string;
}

export class AutoRenewBody {
  @Flag() readonly enabled!: boolean;
}

export class ScheduledChangeBody {
  @Text(200, left) readonly offerId?: string;
  @Text(200, left) readonly skuId?: string;
  @Seats(left) readonly quantity?: number;
  @OneOf(terms, left) readonly term?: Term;
  @OneOf(billingCycles, left) readonly billingCycle?: BillingCycle;
  @Seats(left) readonly upgradeQuantity?: number;
  @UpgradeTargetField(left) readonly target?: UpgradeTarget;
}

export class UpgradeBody {
  @Text(200) readonly offerId!: string;
  @Text(200) readonly skuId!: string;
  @Seats() readonly quantity!: number;
  @UpgradeTargetField() readonly target!: UpgradeTarget;
}

export class AdjustmentBody {
  @Amount() readonly amount!: string;
  @Text(1_000) readonly reason!: string;
  @Text(200, left) readonly reference?: string;
}

/** A command that needs nothing said beside its route: `{}`, or no body at all. */
export class NothingBody {}
