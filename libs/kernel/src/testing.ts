import { deepStrictEqual } from 'node:assert';
import {
  isRefusal,
  type Change,
  type Command,
  type Decider,
  type Event,
  type Projection,
  type Recorded,
  type Row,
} from './index.ts';

/** `given(past events).when(command).then(events)`, `.thenNothing()` or `.thenRefused(code)`. */
export const givenFor =
  <C extends Command, E extends Event, S, Code extends string>({ initial, decide, evolve }: Decider<C, E, S, Code>) =>
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
        thenRefused: (code: Code) => {
          deepStrictEqual(isRefusal(decision) ? decision.refused : decision, code);
        },
      };
    },
  });

/** Any reaction of a projection to an event. */
type Reaction = ((event: Recorded) => Change | readonly Change[]) | undefined;

/** The rows of a projection's table after these events, in the order of their keys' first appearance, without a database. */
export const rowsAfter = (
  { tables, on }: Pick<Projection, 'tables'> & { readonly on: object },
  table: string,
  ...events: readonly Recorded[]
): Row[] => {
  const rows = new Map<string, Row>();
  const keyColumns = tables[table]?.key ?? [];
  const keyOf = (row: Row) => JSON.stringify(keyColumns.map((column) => row[column]));
  const apply = (change: Change): void => {
    if ('put' in change) rows.set(keyOf(change.put), change.put);
    else if ('drop' in change) rows.delete(keyOf(change.drop));
    else {
      const row = rows.get(keyOf(change.where));
      if (row) rows.set(keyOf(change.where), { ...row, ...change.patch });
    }
  };
  const reactions = on as Readonly<Record<string, Reaction>>;
  for (const event of events)
    for (const change of [reactions[event.type]?.(event) ?? []].flat()) if (tableOf(change) === table) apply(change);
  return [...rows.values()];
};

const tableOf = (change: Change): string =>
  'put' in change ? change.into : 'drop' in change ? change.from : change.of;
