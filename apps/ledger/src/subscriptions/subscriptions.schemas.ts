import { ApiSchema } from '@nestjs/swagger';
import { billingCycles, terms, type BillingCycle, type Term } from '#calendar';
import type { UpgradeTarget } from '#subscription';
import {
  Amount,
  DayField,
  Flag,
  InstantField,
  OneOf,
  Positive,
  Price,
  Seats,
  Text,
  UpgradeTargetField,
  Uuid,
} from '../http/fields.ts';
import { ListOf } from '../http/lists.ts';

const reasons = ['customerRequest', 'nonPayment', 'fraud'] as const;
type Reason = (typeof reasons)[number];

const left = { optional: true };

export class PurchaseBody {
  @Uuid(left) readonly subscriptionId?: string;
  @Uuid() readonly customerId!: string;
  @Text(200) readonly offerId!: string;
  @Text(200) readonly skuId!: string;
  /** Left out for usage, which has no seats. */
  @Seats(left) readonly quantity?: number;
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
  /** Required (R39, E55). */
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

/** The body of a command without data: `{}`, or no body at all. */
@ApiSchema({ description: 'No data is needed' })
export class NothingBody {}

/** An add-on with its quantity. */
export class AddOnWish {
  @Text(200) readonly offerId!: string;
  @Text(200) readonly skuId!: string;
  @Seats() readonly quantity!: number;
}

/** The add-on of a base, in the path. */
export class AddOnPath {
  @Uuid() readonly id!: string;
  @Text(200) readonly offerId!: string;
  @Text(200) readonly skuId!: string;
}

/** The whole set: an add-on that is left out ends. */
export class AddOnsBody {
  @ListOf(AddOnWish, { most: 100 }) readonly addOns!: AddOnWish[];
}

export class UsageBody {
  @Text(200) readonly meter!: string;
  @Positive() readonly quantity!: string;
  @Price() readonly unitPrice!: string;
  @InstantField() readonly usedAt!: string;
  @Text(200) readonly usageId!: string;
}
