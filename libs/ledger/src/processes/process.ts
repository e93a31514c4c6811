import type { Event, Recorded } from '#kernel';

/** The names under which the checkpoints of processes are kept. A renamed process would see the whole log again. */
export const processNames = ['upgrades', 'purchases', 'increases', 'orders'] as const;

type ProcessName = (typeof processNames)[number];

type Declaration<E extends Event> = {
  readonly name: ProcessName;
  /** May be called more than once for an event, so what it does must be idempotent. A rejection is tried again. */
  readonly on: { readonly [T in E['type']]: (event: Recorded<Extract<E, { type: T }>>) => Promise<void> };
};

/** A process as its runner takes it: a name, the types of the events that it handles, and the reaction to one of them. */
export type Process = {
  readonly name: ProcessName;
  readonly handles: readonly string[];
  readonly react: (event: Recorded) => Promise<void>;
};

/** Declares a process: a name, and a typed reaction for each event type that it handles. */
export const process = <E extends Event>({ name, on }: Declaration<E>): Process => {
  // The log's events are untyped. A type names one shape, so its reaction gets the event that it was declared with.
  const reactions = new Map(Object.entries(on) as [string, Process['react']][]);
  return {
    name,
    handles: [...reactions.keys()],
    react: async (event) => {
      await reactions.get(event.type)?.(event);
    },
  };
};
