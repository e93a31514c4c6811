import { START, type Command, type Decider, type Event, type Position, type Recorded } from '#kernel';
import { NO_STREAM, type Revision } from './event-store.ts';

/** What a stream's events come to. A value: what follows makes a new one. */
export type Folded<S> = {
  readonly state: S;
  /** Revision and position of the last event; -1 and `START` without any. */
  readonly revision: Revision;
  readonly position: Position;
  /**
   * The ids of the commands that are recorded on the stream. Shared with the values before and after: it only ever
   * grows, since what was recorded once stays so.
   */
  readonly commands: Set<string>;
};

/** A stream without events. */
export const nothing = <S>(initial: S): Folded<S> => ({
  state: initial,
  revision: NO_STREAM,
  position: START,
  commands: new Set(),
});

/** What a stream comes to after these events of it, the same however often (E52); those already folded are passed over. */
export const fold = <C extends Command, E extends Event, S>(
  { evolve }: Decider<C, E, S>,
  folded: Folded<S>,
  events: readonly Recorded[],
): Folded<S> => {
  const { commands } = folded;
  let { state, revision, position } = folded;
  for (const event of events) {
    if (event.revision <= revision) continue;
    if (event.revision !== revision + 1) throw new Error(`${event.stream} has no event at revision ${revision + 1}`);
    // What a stream holds is what the decider of its category decided.
    state = evolve(state, event as unknown as E);
    ({ revision, position } = event);
    commands.add(event.meta.commandId);
  }
  return { state, revision, position, commands };
};
