import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { upcast } from '#kernel';
import { evolve, type SubscriptionEvent } from './events.ts';
import { history } from './history.ts';
import { livesByKind, liveKind } from './kind-lives.testing.ts';
import { life, live } from './lives.testing.ts';
import { nothingSeen, withSeen } from './seen-usage.ts';
import { snapshots } from './snapshot.ts';
import { none, type Existing, type Subscription } from './state.ts';

/** As it is written down and read again. */
const kept = (state: Subscription): Subscription => snapshots.unpack(JSON.parse(JSON.stringify(snapshots.pack(state))));

const fold = (events: readonly SubscriptionEvent[], from: Subscription = none) =>
  events.reduce<Subscription>(evolve, from);

/** A state that was written down anywhere on the way, and what followed, lead where the whole stream leads. */
const holdsFor = (events: readonly SubscriptionEvent[]): void => {
  const whole = fold(events);
  events.forEach((_, i) => {
    const [head, tail] = [events.slice(0, i + 1), events.slice(i + 1)];
    expect(fold(tail, kept(fold(head)))).toEqual(whole);
  });
};

describe('a state that is written down', () => {
  it('leads where the whole stream leads: new commerce', () =>
    fc.assert(
      fc.property(life, (one) => {
        const { story, children } = live(one);
        for (const { events } of [story, ...children]) holdsFor(events);
      }),
      { numRuns: 50 },
    ));

  it.each(Object.entries(livesByKind))('leads where the whole stream leads: %s', (_, lives) =>
    fc.assert(
      fc.property(lives, (one) => holdsFor(liveKind(one).story.events)),
      { numRuns: 30 },
    ),
  );

  it('is left out where there is nothing, or where it has seen too much', () => {
    expect(snapshots.pack(none)).toBeUndefined();
    let seen = nothingSeen;
    for (let i = 0; i < 1_001; i += 1) seen = withSeen(seen, `u${i}`, 'x');
    expect(snapshots.pack({ status: 'active', usage: { seen } } as unknown as Existing)).toBeUndefined();
  });
});

const folder = join(import.meta.dirname, '../../../test/history');

type Frozen = { readonly type: string; readonly data: object; readonly meta: { readonly schema: number } };

const frozen = (file: string): SubscriptionEvent => {
  const { type, data, meta } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Frozen;
  return { type, data: upcast(history, type, meta.schema, data) } as SubscriptionEvent;
};

/** Events of other streams. */
const OTHERS = /^(Cart|Catalogue|Clock|Customer|Key|Offer|Order|Partner|Policy|Seats(Claimed|Released))/;

const digestOf = (states: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(states)).digest('hex').slice(0, 16);

it('has another version once the frozen events fold into something else', () => {
  const created = fold([frozen('SubscriptionCreated.1.json')]);
  const states = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !OTHERS.test(file))
    .sort()
    .map((file) => [file, snapshots.pack(fold([frozen(file)], created))]);
  expect(states.length).toBeGreaterThan(40);
  // Where only examples were added, the digest alone is written anew; where states differ, the version is raised as well.
  expect({ version: snapshots.version, digest: digestOf(states) }).toEqual({ version: 1, digest: '7c237982ed15ba91' });
});
