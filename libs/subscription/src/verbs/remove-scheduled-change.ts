import { refuse } from '#kernel';
import { all, mayTry, mustBeActive, notTooOften, onlyFor, type RequestContext, type Guard } from '../guards.ts';
import type { ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import type { Existing } from '../state.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Drop the saved change (R85). */
export class RemoveScheduledChange extends commandTo('RemoveScheduledChange')<Record<never, never>> {}

const nothingScheduled = () => refuse('NO_SCHEDULED_CHANGE', 'no change is scheduled');

const mustExist: Guard = ({ scheduledChange }) => (scheduledChange === null ? nothingScheduled() : undefined);

const guard = all(
  mayTry('scheduled-change'),
  onlyFor('scheduled-change', 'newCommerce'),
  mustBeActive,
  mustExist,
  notTooOften,
);

/** Drops the change; the event holds it (R85). */
const decide = (
  _: RemoveScheduledChange,
  { scheduledChange }: Existing,
  { at }: RequestContext,
): Decision<ScheduledChangeRemoved> =>
  scheduledChange === null
    ? nothingScheduled()
    : [{ type: 'ScheduledChangeRemoved', data: { cause: 'command', removed: scheduledChange, effectiveAt: at } }];

export const removeScheduledChange = verb({
  command: RemoveScheduledChange,
  action: 'remove-scheduled-change',
  guard,
  decide,
  evolve: {},
});
