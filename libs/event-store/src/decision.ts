import {
  isRefusal,
  refuse,
  type Command,
  type CommandOptions,
  type Decider,
  type Event,
  type EventMeta,
  type Position,
  type Recorded,
  type Refusal,
} from '#kernel';
import type { Codec } from './codec.ts';
import type { Draft, Revision } from './event-store.ts';
import type { StreamState } from './stream-state.ts';
import { eventId } from './identity.ts';
import type { RefusalCode } from './refusals.ts';

/** What a command led to. */
export type Answer<E extends Event = Event, S = unknown> = {
  /** Recorded now; recorded earlier, under the same command id; or only thought through. */
  readonly outcome: 'recorded' | 'replayed' | 'dryRun';
  readonly stream: string;
  /** Revision and position of the last of these events; of the stream's last one if there was nothing to record. */
  readonly revision: Revision;
  /** In a dry run, where the stream stands. */
  readonly position: Position;
  /** Freshly recorded events all carry the position of their append. */
  readonly events: readonly Recorded<E>[];
  /** After these events. */
  readonly state: S;
};

/** An answer, or a rule's no: then nothing is recorded, and the same command may be sent again later. */
export type Outcome<E extends Event = Event, S = unknown, Code extends string = string> =
  Answer<E, S> | Refusal<Code | RefusalCode>;

/** A command on its way. */
export type Task<C extends Command, E extends Event, S, Code extends string = string> = {
  readonly decider: Decider<C, E, S, Code>;
  readonly stream: string;
  readonly command: C;
  readonly fingerprint: string;
  readonly options: CommandOptions;
};

/** What would be recorded, and the state that it leads to. */
export type Proposal<S> = { readonly drafts: readonly Draft[]; readonly state: S };

type Pins = Pick<EventMeta, 'policy' | 'catalogVersion'>;
const noPins: Pins = {};

/** What is recorded beside an event: put together here and nowhere else. */
const metaOf = ({ meta }: Command, fingerprint: string, schema: number, pins: Pins): EventMeta => ({
  commandId: meta.commandId,
  fingerprint,
  $correlationId: meta.correlationId,
  $causationId: meta.causationId,
  actor: meta.actor,
  recordedAt: meta.at,
  schema,
  ...(pins.policy !== undefined && { policy: pins.policy }),
  ...(pins.catalogVersion !== undefined && { catalogVersion: pins.catalogVersion }),
});

/**
 * Decides a command on its stream's current state, and turns the decision into drafts to append. Refuses when the caller
 * expected another revision (E22).
 */
export const propose = <C extends Command, E extends Event, S, Code extends string>(
  { decider, stream, command, fingerprint, options: { expectedRevision } }: Task<C, E, S, Code>,
  current: StreamState<S>,
  { schemaOf }: Codec,
): Proposal<S> | Refusal<Code | RefusalCode> => {
  const { revision } = current;
  const decision = decider.decide(command, current.state);
  const isHidden = isRefusal(decision) && decision.hidden === true;
  if (expectedRevision !== undefined && expectedRevision !== revision && !isHidden)
    return refuse('REVISION_MISMATCH', `${stream} is at revision ${revision}, not at ${expectedRevision}`, {
      revision,
    });
  if (isRefusal(decision)) return decision;

  let { state } = current;
  let meta: EventMeta | undefined;
  const drafts = decision.map((event, index): Draft => {
    state = decider.evolve(state, event);
    const schema = schemaOf(event.type);
    const pins = decider.pinned?.(state) ?? noPins;
    // Mostly all events of a command have the same metadata; being one object, it is also encoded once.
    if (meta?.schema !== schema || meta.policy !== pins.policy || meta.catalogVersion !== pins.catalogVersion)
      meta = metaOf(command, fingerprint, schema, pins);
    return { id: eventId(command.meta, fingerprint, index), type: event.type, data: event.data, meta };
  });
  return { drafts, state };
};

/** The answer for events that follow `revision`. */
export const answer = <C extends Command, E extends Event, S>(
  { stream }: Task<C, E, S>,
  outcome: Answer['outcome'],
  { drafts, state }: Proposal<S>,
  { revision, position }: { readonly revision: Revision; readonly position: Position },
): Answer<E, S> => ({
  outcome,
  stream,
  revision: revision + drafts.length,
  position,
  // They were events of this decider before they were drafts.
  events: drafts.map(({ id, type, data, meta }, index) => {
    return { id, stream, revision: revision + 1 + index, position, type, data, meta };
  }) as unknown as readonly Recorded<E>[],
  state,
});
