import type { Answer } from '#event-store';
import type { Recorded } from '#kernel';
import type { ChargesPosted } from '#subscription';
import type { CommandAnswer } from '../context/caller.ts';

/** An event as a command's response shows it (http-api.md §2). */
const shown = ({ type, data }: Recorded) => {
  const { effectiveAt, ...rest } = data;
  return { type, effectiveAt, data: rest };
};

/** Lines as the billing read model will show them (http-api.md §4.5), without `sequence`, which it counts itself. */
const chargesOf = (events: readonly Recorded[]): readonly object[] =>
  events
    .filter((event): event is Recorded<ChargesPosted> => event.type === 'ChargesPosted')
    .flatMap(({ id, data: { lines, ...owner }, meta }) =>
      lines.map((line, i) => ({
        chargeId: `${id}/${String(i)}`,
        ...owner,
        ...line,
        postedAt: meta.recordedAt,
        eventId: id,
      })),
    );

type Parts = {
  /** Ids that the body begins with: `{ subscriptionId }`, `{ customerId }` … */
  readonly ids: Readonly<Record<string, unknown>>;
  /** Where a resource was created. */
  readonly location?: string;
  /** Events of the other side of an upgrade. */
  readonly alsoRecorded?: readonly Recorded[];
  readonly quoteToken?: string;
};

/** The response of a command: built from its events only, so that a replay returns the same as the first time. */
export const answerOf = (answer: Answer, { ids, location, alsoRecorded = [], quoteToken }: Parts): CommandAnswer => {
  const events = [...answer.events, ...alsoRecorded];
  return {
    ...(location === undefined ? {} : { created: { location } }),
    replayed: answer.outcome === 'replayed',
    revision: answer.revision,
    position: answer.position,
    body: {
      ...ids,
      revision: answer.revision,
      events: events.map(shown),
      charges: chargesOf(events),
      ...(answer.outcome === 'dryRun' ? { dryRun: true, quoteToken } : {}),
    },
  };
};
