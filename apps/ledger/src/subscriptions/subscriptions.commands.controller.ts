import { Body, Delete, Param, Patch, Post, Put } from '@nestjs/common';
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
} from '#subscription';
import { CommandSender } from '../routing/command-sender.ts';
import { ApiCommand } from '../http/documented.ts';
import { SubscriptionId } from '../http/ids.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import { SentCommand, type Sent } from '../routing/command-context.ts';
import { commandIdFor, deterministicId, isReserved, reservedId } from '#ledger';
import {
  AddOnPath,
  AddOnsBody,
  AdjustmentBody,
  AutoRenewBody,
  ConvertBody,
  NothingBody,
  PauseBody,
  PlanBody,
  PurchaseBody,
  ReasonBody,
  RenameBody,
  ScheduledChangeBody,
  SeatsBody,
  UpgradeBody,
  UsageBody,
} from './subscriptions.schemas.ts';
import { SubscriptionAnswered, UpgradeAnswered } from './subscriptions.views.ts';

type Answer = Promise<object>;

/** Every command on a subscription, for programs (R57, http-api.md §4.3). */
@LedgerController('v1/subscriptions', 'subscriptions')
export class SubscriptionCommandsController {
  readonly #sender: CommandSender;

  constructor(sender: CommandSender) {
    this.#sender = sender;
  }

  @Post()
  @ApiCommand('purchaseSubscription', 'Buy a subscription: an order of one line', {
    status: 201,
    type: SubscriptionAnswered,
  })
  async purchase(@Body() { ...request }: PurchaseBody, @SentCommand() sent: Sent): Answer {
    const subscriptionId = await this.#sender.idFor('subscription', sent, request.subscriptionId);
    const orderId = deterministicId('order', commandIdFor(sent.request, `subscription-${subscriptionId}`));
    return this.#sender.send(sent, PurchaseSubscription, { ...request, subscriptionId, orderId });
  }

  @Post(':id/add-seats')
  @ApiCommand('addSeats', 'Add seats, now', { type: SubscriptionAnswered })
  addSeats(@SubscriptionId() id: string, @Body() { ...body }: SeatsBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, AddSeats, { subscriptionId: id, ...body });
  }

  @Post(':id/remove-seats')
  @ApiCommand('removeSeats', 'Remove seats, now, as far as the rules allow', { type: SubscriptionAnswered })
  removeSeats(@SubscriptionId() id: string, @Body() { ...body }: SeatsBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, RemoveSeats, { subscriptionId: id, ...body });
  }

  @Patch(':id')
  @ApiCommand('renameSubscription', 'Change the friendly name', { type: SubscriptionAnswered })
  rename(@SubscriptionId() id: string, @Body() { ...body }: RenameBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, RenameSubscription, { subscriptionId: id, ...body });
  }

  @Post(':id/convert')
  @ApiCommand('convertTrial', 'Turn a trial into a paid subscription, now', { type: SubscriptionAnswered })
  convert(@SubscriptionId() id: string, @Body() { ...body }: ConvertBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, ConvertTrial, { subscriptionId: id, ...body });
  }

  @Put(':id/plan')
  @ApiCommand('changePlan', 'Change the term or billing cycle mid-term, as far as the preset allows', {
    type: SubscriptionAnswered,
  })
  plan(@SubscriptionId() id: string, @Body() { ...body }: PlanBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, ChangePlan, { subscriptionId: id, ...body });
  }

  @Post(':id/suspend')
  @ApiCommand('suspendSubscription', 'Suspend; new commerce only by support', { type: SubscriptionAnswered })
  suspend(@SubscriptionId() id: string, @Body() { ...body }: ReasonBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, SuspendSubscription, { subscriptionId: id, ...body });
  }

  @Post(':id/reactivate')
  @ApiCommand('reactivateSubscription', 'Reactivate a suspended subscription', { type: SubscriptionAnswered })
  reactivate(@SubscriptionId() id: string, @Body() _: NothingBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, ReactivateSubscription, { subscriptionId: id });
  }

  @Post(':id/pause')
  @ApiCommand('pauseSubscription', 'Take access away for a while; billing goes on', { type: SubscriptionAnswered })
  pause(@SubscriptionId() id: string, @Body() { ...body }: PauseBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, PauseSubscription, { subscriptionId: id, ...body });
  }

  @Post(':id/resume')
  @ApiCommand('resumeSubscription', 'End a pause', { type: SubscriptionAnswered })
  resume(@SubscriptionId() id: string, @Body() _: NothingBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, ResumeSubscription, { subscriptionId: id });
  }

  @Post(':id/cancel')
  @ApiCommand('cancelSubscription', 'Cancel within the cancellation window, with its refund', {
    type: SubscriptionAnswered,
  })
  cancel(@SubscriptionId() id: string, @Body() { ...body }: ReasonBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, CancelSubscription, { subscriptionId: id, ...body });
  }

  @Put(':id/auto-renew')
  @ApiCommand('setAutoRenew', 'Switch renewal at the end of the term on or off', { type: SubscriptionAnswered })
  autoRenew(@SubscriptionId() id: string, @Body() { ...body }: AutoRenewBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, SetAutoRenew, { subscriptionId: id, ...body });
  }

  @Put(':id/scheduled-change')
  @ApiCommand('scheduleChange', 'Save a change for the next renewal; it replaces an earlier one', {
    type: SubscriptionAnswered,
  })
  schedule(@SubscriptionId() id: string, @Body() { ...body }: ScheduledChangeBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, ScheduleChange, { subscriptionId: id, ...body, ...opening(sent, id) });
  }

  @Delete(':id/scheduled-change')
  @ApiCommand('removeScheduledChange', 'Drop the change that was saved for renewal', { type: SubscriptionAnswered })
  unschedule(@SubscriptionId() id: string, @Body() _: NothingBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, RemoveScheduledChange, { subscriptionId: id });
  }

  @Post(':id/upgrade')
  @ApiCommand('upgradeSubscription', 'Move all seats, or some, to a better SKU, now', { type: UpgradeAnswered })
  upgrade(@SubscriptionId() id: string, @Body() { ...body }: UpgradeBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, UpgradeSubscription, { subscriptionId: id, ...body, ...opening(sent, id) });
  }

  @Put(':id/add-ons')
  @ApiCommand('setAddOns', 'Replace the set of add-ons of the base: all or nothing', {
    type: SubscriptionAnswered,
  })
  addOns(@SubscriptionId() id: string, @Body() { addOns }: AddOnsBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, SetAddOns, { subscriptionId: id, addOns: addOns.map(({ ...addOn }) => addOn) });
  }

  @Post(':id/add-ons/:offerId/:skuId/suspend')
  @ApiCommand('suspendAddOn', 'Suspend a single add-on; its base goes on', { type: SubscriptionAnswered })
  suspendAddOn(
    @SubscriptionId() id: string,
    @Param() { offerId, skuId }: AddOnPath,
    @Body() { ...body }: ReasonBody,
    @SentCommand() sent: Sent,
  ): Answer {
    return this.#sender.send(sent, SuspendAddOn, { subscriptionId: id, offerId, skuId, ...body });
  }

  @Post(':id/add-ons/:offerId/:skuId/reactivate')
  @ApiCommand('reactivateAddOn', 'Reactivate a single add-on', { type: SubscriptionAnswered })
  reactivateAddOn(
    @SubscriptionId() id: string,
    @Param() { offerId, skuId }: AddOnPath,
    @Body() _: NothingBody,
    @SentCommand() sent: Sent,
  ): Answer {
    return this.#sender.send(sent, ReactivateAddOn, { subscriptionId: id, offerId, skuId });
  }

  @Post(':id/activate')
  @ApiCommand('activateSubscription', 'The publisher has finished the set-up', { type: SubscriptionAnswered })
  activate(@SubscriptionId() id: string, @Body() _: NothingBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, ActivateSubscription, { subscriptionId: id });
  }

  @Post(':id/deprovision')
  @ApiCommand('deprovisionSubscription', 'End a usage-based service', { type: SubscriptionAnswered })
  deprovision(@SubscriptionId() id: string, @Body() _: NothingBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, DeprovisionSubscription, { subscriptionId: id });
  }

  @Post(':id/usage')
  @ApiCommand('recordUsage', 'Report usage; each usageId counts once', { type: SubscriptionAnswered })
  usage(@SubscriptionId() id: string, @Body() { ...body }: UsageBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, RecordUsage, { subscriptionId: id, ...body });
  }

  @Post(':id/adjustments')
  @ApiCommand('adjustCharges', 'Correct charges manually: credit or debit the customer', { type: SubscriptionAnswered })
  adjust(@SubscriptionId() id: string, @Body() { ...body }: AdjustmentBody, @SentCommand() sent: Sent): Answer {
    return this.#sender.send(sent, AdjustCharges, { subscriptionId: id, ...body });
  }
}

/** The subscription that a partial upgrade would create: the same for a retry. */
const opening = ({ request }: Sent, subscriptionId: string) => ({
  newSubscriptionId: (isReserved(subscriptionId) ? reservedId : deterministicId)(
    'upgraded',
    commandIdFor(request, `subscription-${subscriptionId}`),
  ),
});
