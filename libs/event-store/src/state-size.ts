import type { StreamState } from './stream-state.ts';

/** What V8 takes for a value beside its content: a header, a slot in its holder, what rounding up costs. Measured roughly. */
const OVERHEAD = 24;
/** The id of a command in the set of a stream: a string of 36 characters, with its place in the set. */
const COMMAND = 96;

/**
 * Roughly how much memory a value takes, in bytes. Every part is visited, so it costs as much as turning it into JSON; parts
 * that several states share are counted with each of them.
 */
export const bytesOf = (value: unknown): number => {
  let bytes = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    bytes += OVERHEAD;
    if (typeof next === 'string') bytes += next.length;
    else if (next instanceof Map) {
      // Not spread into one call: a large map has more entries than a call may have arguments.
      for (const [key, one] of next) left.push(key, one);
    } else if (Array.isArray(next) || next instanceof Set) for (const one of next) left.push(one);
    else if (typeof next === 'object' && next !== null) for (const one of Object.values(next)) left.push(one);
  }
  return bytes;
};

/** A state whose size was taken, and at which revision. */
type Measured = { readonly bytes: number; readonly revision: number };

/** How many events may follow before a state is measured anew: at least these, or a quarter of what it comes from. */
const LEAST_EVENTS = 8;

/**
 * The sizes of states: measured now and then, since a state changes little with an event, and a large one must not be
 * visited whole for each. The ids of commands are counted each time.
 */
export class StateSizes {
  readonly #measured = new WeakMap<Set<string>, Measured>();

  /** Roughly how much memory the state of a stream takes, in bytes. */
  of({ state, revision, commands }: StreamState<unknown>): number {
    // The set of commands is the same object from event to event, so it identifies the stream.
    let measured = this.#measured.get(commands);
    const due = measured === undefined ? 0 : Math.max(LEAST_EVENTS, measured.revision / 4);
    if (measured === undefined || revision > measured.revision + due) {
      measured = { bytes: bytesOf(state), revision };
      this.#measured.set(commands, measured);
    }
    return measured.bytes + commands.size * COMMAND;
  }
}
