import { deepStrictEqual } from 'node:assert';
import {
  isRefusal,
  type Change,
  type Command,
  type Decider,
  type Event,
  type Projection,
  type Recorded,
  type RefusalCode,
  type Row,
} from './index.ts';

/** `given(past events).when(command).then(events)`, `.thenNothing()` or `.thenRefused(code)`. */
export const givenFor =
  <C extends Command, E extends Event, S>({ initial, decide, evolve }: Decider<C, E, S>) =>
  (...past: readonly E[]) => ({
    when: (command: C) => {
      const decision = decide(command, past.reduce(evolve, initial));
      return {
        decision,
        then: (...expected: readonly E[]) => {
          deepStrictEqual(decision, expected);
        },
        thenNothing: () => {
          deepStrictEqual(decision, []);
        },
        thenRefused: (code: RefusalCode) => {
          deepStrictEqual(isRefusal(decision) ? decision.refused : decision, code);
        },
      };
    },
  });

/** The rows that a projection's table holds after these events, in the order of their keys' first appearance; no database. */
export const rowsAfter = ({ tables, on }: Projection, table: string, ...events: readonly Recorded[]): Row[] => {
  const rows = new Map<string, Row>();
  const keyColumns = tables[table]?.key ?? [];
  const keyOf = (row: Row) => JSON.stringify(keyColumns.map((column) => row[column]));
  for (const event of events) {
    const reaction = on[event.type] as ((event: Recorded) => Change | readonly Change[]) | undefined;
    for (const change of [reaction?.(event) ?? []].flat()) {
      if ('put' in change) {
        if (change.into === table) rows.set(keyOf(change.put), change.put);
      } else if ('drop' in change) {
        if (change.from === table) rows.delete(keyOf(change.drop));
      } else if (change.of === table) {
        const row = rows.get(keyOf(change.where));
        if (row) rows.set(keyOf(change.where), { ...row, ...change.patch });
      }
    }
  }
  return [...rows.values()];
};
