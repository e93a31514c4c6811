import { chargedParts, withoutAddOns } from '../add-on.ts';
import type { ChargeLine } from '../charges/charge-line.ts';
import { charge, post, reversal, type ChargesPosted } from '../charges/charges.ts';
import type { Existing, SeatsInTransit } from '../state.ts';
import type { ScheduledChangeFailed } from '../time/renew.ts';
import type { ChangeScheduled } from '../time/scheduled-change.ts';
import type { AddOnAdded } from '../add-on-events.ts';
import { strange, type UpgradeReturned } from './transfer.ts';
import type { Decision } from '../refusals.ts';
import { commandTo } from '../command.ts';

/** Give the source its seats back, because the target refused them. Sent by the upgrade process. */
export class ReturnUpgrade extends commandTo('ReturnUpgrade')<{
  readonly transitionId: string;
  readonly code: string;
}> {}

/**
 * Exact reversal of the credit; seats that left at renewal are charged for the term that began then. What ended or was
 * dropped with them is restored, too; a saved change that moved them at renewal is flagged (E49).
 */
export const decideReturn = (
  { data: { transitionId, code } }: ReturnUpgrade,
  state: Existing,
): Decision<UpgradeReturned | AddOnAdded | ChargesPosted | ChangeScheduled | ScheduledChangeFailed> => {
  const no = strange(state, transitionId);
  const { inTransit } = state;
  if (no !== undefined || inTransit === null) return no ?? [];
  const { quantity: returned, atRenewal, effectiveAt } = inTransit;
  const quantity = state.quantity + returned;
  return [
    { type: 'UpgradeReturned', data: { transitionId, returned, quantity, code, atRenewal, effectiveAt } },
    ...addOnsBack(state, inTransit),
    post(state, transitionId, effectiveAt, linesOfReturn(state, inTransit)),
    ...savedChangeBack(inTransit, code),
  ];
};

const addOnsBack = (state: Existing, { addOnsBefore, effectiveAt }: SeatsInTransit): readonly AddOnAdded[] =>
  withoutAddOns(addOnsBefore, state.addOns).map(({ status: _, cause: __, suspension: ___, ...addOn }) => ({
    type: 'AddOnAdded',
    data: { ...addOn, effectiveAt },
  }));

const linesOfReturn = (state: Existing, { quantity, credits, addOnsBefore }: SeatsInTransit): readonly ChargeLine[] => {
  if (credits.length > 0) return credits.map((line) => reversal('convert', line));
  const returned = { ...state, quantity, addOns: addOnsBefore };
  // If no seats stayed, the add-ons were not charged either.
  return (state.quantity === 0 ? chargedParts(returned) : [returned]).map((part) => charge('renew', part));
};

const savedChangeBack = (
  { saved, atRenewal, effectiveAt }: SeatsInTransit,
  code: string,
): readonly (ChangeScheduled | ScheduledChangeFailed)[] => {
  if (saved === null) return [];
  return atRenewal
    ? [{ type: 'ScheduledChangeFailed', data: { code, change: saved.change, effectiveAt } }]
    : [{ type: 'ChangeScheduled', data: { ...saved, cause: 'upgradeReturned', effectiveAt } }];
};
