import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as access from '#access';
import type { ClockMoved } from '#calendar';
import * as catalog from '#catalog';
import * as customers from '#customer';
import { codec } from '#event-store';
import { schemaOf, START, type Change, type EventMeta, type History, type Recorded, type Row } from '#kernel';
import * as orders from '#order';
import * as policies from '#policy';
import { projections } from '#projections';
import * as subscriptions from '#subscription';

/** The upcasters of every event type. */
const history: History = {
  ...access.history,
  ...catalog.history,
  ...customers.history,
  ...orders.history,
  ...policies.history,
  ...subscriptions.history,
};

type AnyEvent =
  | access.AccessEvent
  | catalog.CataloguePublished
  | ClockMoved
  | customers.CustomerEvent
  | orders.CartEvent
  | orders.OrderEvent
  | policies.PolicyAdopted
  | subscriptions.SubscriptionEvent;

/** Every event type; a missing one does not compile. */
const types = Object.keys({
  AddOnAdded: true,
  AddOnEnded: true,
  AddOnQuantityChanged: true,
  AddOnReactivated: true,
  AddOnSuspended: true,
  AutoRenewDisabled: true,
  AutoRenewEnabled: true,
  CancellationRevoked: true,
  CancellationScheduled: true,
  CartCreated: true,
  CartLinesReplaced: true,
  CartOrdered: true,
  CartReviewed: true,
  CataloguePublished: true,
  ChangeScheduled: true,
  ChargeCycleStarted: true,
  ChargesAdjusted: true,
  ChargesPosted: true,
  ClockMoved: true,
  CustomerRegistered: true,
  KeyCreated: true,
  KeyRevoked: true,
  OfferSlotClaimed: true,
  OfferSlotReleased: true,
  OrderCompleted: true,
  OrderLineFulfilled: true,
  OrderLineRefused: true,
  OrderPlaced: true,
  PartnerRegistered: true,
  PlanChangeRevoked: true,
  PlanChangeScheduled: true,
  PolicyAdopted: true,
  ScheduledChangeFailed: true,
  ScheduledChangeRemoved: true,
  SeatsAdded: true,
  SeatsClaimed: true,
  SeatsReceived: true,
  SeatsReleased: true,
  SeatsRemoved: true,
  SubscriptionActivated: true,
  SubscriptionCancelled: true,
  SubscriptionCreated: true,
  SubscriptionDeleted: true,
  SubscriptionDisabled: true,
  SubscriptionExpired: true,
  SubscriptionPaused: true,
  SubscriptionReactivated: true,
  SubscriptionRenamed: true,
  SubscriptionRenewed: true,
  SubscriptionResumed: true,
  SubscriptionSuspended: true,
  SubscriptionUpgraded: true,
  TermChanged: true,
  TrialConverted: true,
  UpgradeCompleted: true,
  UpgradeReturned: true,
  UpgradeStarted: true,
  UsageRecorded: true,
} satisfies Record<AnyEvent['type'], true>);

/** `<type>.<schema>.json`, or `<type>.<schema>.<variant>.json` for a further example of that shape. */
type Frozen = {
  readonly type: string;
  readonly stream: string;
  readonly id: string;
  readonly data: object;
  readonly meta: EventMeta;
};

const folder = join(import.meta.dirname, 'history');
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .sort();
const frozen = (file: string): Frozen => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Frozen;

const shapes = codec(history);

/** As the stores read it: from two texts. */
const decoded = ({ id, type, stream, data, meta }: Frozen): Recorded =>
  shapes.decode({ id, type, data: JSON.stringify(data), meta: JSON.stringify(meta) }, stream, 0, START);

/** Every value in a piece of JSON by its path, such as `lines[].subtotal`, with its type. */
const places = (value: unknown, at = ''): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((item) => places(item, `${at}[]`));
  if (typeof value !== 'object' || value === null) return [`${at}: ${value === null ? 'null' : typeof value}`];
  return Object.entries(value).flatMap(([name, inner]) => places(inner, `${at}.${name}`));
};

const rowOf = (change: Change): Row => ('put' in change ? change.put : 'patch' in change ? change.patch : change.drop);

describe('the frozen history', () => {
  it('has an example of every shape ever written', () => {
    const needed = types.flatMap((type) =>
      Array.from({ length: schemaOf(history, type) }, (_, older) => `${type}.${older + 1}.json`),
    );
    expect(files.filter((file) => file.split('.').length === 3)).toEqual(needed.sort());
  });

  it.each(files)('%s has the type and schema that its name says', (file) => {
    const { type, stream, meta } = frozen(file);
    const [name, schema, ...rest] = file.split('.');
    expect([type, String(meta.schema), rest.at(-1)]).toEqual([name, schema, 'json']);
    expect(stream).toMatch(/^(cart|catalog|clock|customer|key|order|partner|policy|subscription)-./);
  });

  it.each(files)('%s can be read today', (file) => {
    const example = frozen(file);
    const event = decoded(example);
    expect(event).toMatchObject({ id: example.id, type: example.type, stream: example.stream });
    expect(event.data.effectiveAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    if (example.meta.schema === schemaOf(history, example.type)) expect(event.data).toEqual(example.data);
  });

  it.each(types)('%s has the same fields, whichever schema it was written in', (type) => {
    const examples = files.filter((file) => file.startsWith(`${type}.`)).map(frozen);
    const known = new Set(
      examples.filter(({ meta }) => meta.schema === schemaOf(history, type)).flatMap(({ data }) => places(data)),
    );
    for (const example of examples)
      expect(places(decoded(example).data).filter((place) => !known.has(place))).toEqual([]);
  });

  it.each(files)('%s is accepted by every read model', (file) => {
    const event = decoded(frozen(file));
    for (const { on } of projections) {
      const reaction = (on as Readonly<Record<string, ((event: Recorded) => Change | readonly Change[]) | undefined>>)[
        event.type
      ];
      for (const change of [reaction?.(event) ?? []].flat())
        expect(Object.values(rowOf(change))).not.toContain(undefined);
    }
  });

  it('rejects a shape from a later version, and names its position', () => {
    const example = frozen('SeatsAdded.1.json');
    const meta = { ...example.meta, schema: 99 };
    expect(() => decoded({ ...example, meta })).toThrow(/schema 99/);
  });

  it('is documented in docs/events', () => {
    const script = join(import.meta.dirname, '../scripts/events-docs.ts');
    expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
  });
});
