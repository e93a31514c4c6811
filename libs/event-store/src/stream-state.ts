import { START, type Command, type Decider, type Event, type Position, type Recorded } from '#kernel';
import { NO_STREAM, type Revision } from './event-store.ts';

/** The state after a stream's events. Immutable: further events make a new one. */
export type StreamState<S> = {
  readonly state: S;
  /** Revision and position of the last event; -1 and `START` without any. */
  readonly revision: Revision;
  readonly position: Position;
  /**
   * The ids of the commands that are recorded on the stream, but for those that are never repeated. Shared with the values
   * before and after: it only ever grows, since what was recorded once stays so.
   */
  readonly commands: Set<string>;
  /** From which revision on `commands` is complete: 0, unless the state comes from a snapshot that left them out. */
  readonly commandsFrom: Revision;
};

/** A stream without events. */
export const emptyStream = <S>(initial: S): StreamState<S> => ({
  state: initial,
  revision: NO_STREAM,
  position: START,
  commands: new Set(),
  commandsFrom: 0,
});

/** Applies events to a stream's state. Idempotent (E52): events up to its revision are skipped. */
export const fold = <C extends Command, E extends Event, S>(
  { evolve, neverRepeats }: Decider<C, E, S>,
  current: StreamState<S>,
  events: readonly Recorded[],
): StreamState<S> => {
  const { commands, commandsFrom } = current;
  let { state, revision, position } = current;
  for (const event of events) {
    if (event.revision <= revision) continue;
    if (event.revision !== revision + 1) throw new Error(`${event.stream} has no event at revision ${revision + 1}`);
    // A stream holds only events of its category's decider.
    state = evolve(state, event as unknown as E);
    ({ revision, position } = event);
    if (neverRepeats?.(event.meta.actor) !== true) commands.add(event.meta.commandId);
  }
  return { state, revision, position, commands, commandsFrom };
};
