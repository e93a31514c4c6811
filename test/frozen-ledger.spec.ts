import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, subledgerOn } from '../apps/cli/src/cli.testing.ts';
import { startLedger, type RunningLedger } from './support/ledger.ts';

/**
 * A ledger as it was recorded in November 2026, in test/history/ledger. It is never generated anew: a log that exists must
 * replay to the same state, and every key that was sent must still find its command.
 * - `log.ndjson` is its export.
 * - `story.ndjson` is what was sent: the clock at the start, then a move of the clock or a request a line, each request
 *   with the answer that a repetition of it gets.
 * - `commands.ndjson` has, for each command whose id does not come from chance, the fingerprint and the first event's id.
 * - `tables.ndjson` has the rows of the read models, of the columns that there were then. Later versions may have more
 *   columns; these must have the same values.
 */
const folder = join(import.meta.dirname, 'history/ledger');
const SHA256 = '00351bbd771ec6954338e3ab9a29b334fe373e011d84626c34983177adc6ddb9';

const lines = <T>(file: string): T[] =>
  readFileSync(join(folder, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

type Move = { readonly at: string };
type Request = {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly status: number;
  readonly answer: Readonly<Record<string, string>> & {
    readonly subscriptions?: readonly { subscriptionId: string }[];
  };
};
type Named = {
  readonly stream: string;
  readonly commandId: string;
  readonly fingerprint: string;
  readonly eventId: string;
};
type Written = {
  readonly stream: string;
  readonly type: string;
  readonly id: string;
  readonly data: { readonly catalogue: object };
  readonly meta: { readonly commandId: string; readonly fingerprint: string };
};
type Table = {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
};

const [start, ...steps] = lines<{ readonly clock: string } | Move | Request>('story.ndjson') as [
  { readonly clock: string },
  ...(Move | Request)[],
];
const recorded = lines<Written>('log.ndjson');
const setting = {
  clock: start.clock,
  catalogue: recorded.find(({ type }) => type === 'CataloguePublished')?.data.catalogue ?? {},
};

const send = ({ client }: RunningLedger, { method, path, body, key }: Request) =>
  client.call(method, path, body, { headers: { 'idempotency-key': key } });

/** The first event of each command. */
const namesIn = (events: readonly Written[]): Named[] =>
  [...Map.groupBy(events, ({ stream, meta }) => `${stream} ${meta.commandId}`).values()].map(([first]) => {
    const { stream, id, meta } = first!;
    return { stream, commandId: meta.commandId, fingerprint: meta.fingerprint, eventId: id };
  });

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

const rowsOf = (database: DatabaseSync, { table, key, columns }: Table) =>
  database
    .prepare(`SELECT ${quoted(columns)} FROM "${table}" ORDER BY ${quoted(key)}`)
    .all()
    .map((row) => columns.map((column) => row[column]));

/** A creation under the id that was derived for it then: today another one is. */
const withItsId = (step: Request): Request => {
  const id = ({ '/v1/customers': 'customerId', '/v1/subscriptions': 'subscriptionId' } as const)[step.path];
  return id === undefined ? step : { ...step, body: { ...step.body, [id]: step.answer[id] } };
};

/** Commands that name a subscription which a cart's line opened: its id, which no caller can give, is derived anew. */
const PURCHASED_BY_CART = 6;
const byCart = (steps.filter((step) => 'key' in step && step.path.endsWith('/checkout')) as Request[])
  .flatMap(({ answer }) => answer['subscriptions'] ?? [])
  .map(({ subscriptionId }) => subscriptionId);
const theirCommands = new Set(
  recorded
    .filter((event) => byCart.some((id) => JSON.stringify(event).includes(id)))
    .map(({ meta: { commandId } }) => commandId),
);
const isComparable = ({ commandId }: Named): boolean => !theirCommands.has(commandId);

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'subledger-frozen-'));
});
afterEach(() => {
  rmSync(data, { recursive: true });
});

const subledger = (...args: readonly string[]) => subledgerOn(join(data, 'data'))(...args);
const imported = () => subledger('import', join(folder, 'log.ndjson'), '--sha256', SHA256, '--json');

describe('a ledger of November 2026', () => {
  it('is imported event by event, and gives the read models that it had', async () => {
    expect(json(await imported())).toEqual({ events: recorded.length, sha256: SHA256 });
    expect(json(await subledger('digest', '--json')).log.sha256).toBe(SHA256);
    const database = new DatabaseSync(join(data, 'data/read.sqlite'), { readOnly: true });
    for (const table of lines<Table>('tables.ndjson'))
      expect({ table: table.table, rows: rowsOf(database, table) }).toEqual({ table: table.table, rows: table.rows });
    database.close();
  });

  it('gives every command that is sent again its first answer, and records nothing', async () => {
    await imported();
    const ledger = await startLedger({ ...setting, data });
    try {
      for (const step of steps) {
        if (!('key' in step)) continue;
        const { status, headers, body } = await send(ledger, step);
        expect({ path: step.path, status, replayed: headers.get('idempotency-replayed') }).toEqual({
          path: step.path,
          status: step.status,
          replayed: 'true',
        });
        expect(body).toMatchObject(step.answer);
      }
      const [other] = steps.filter((step) => 'key' in step && step.path.endsWith('/add-seats')) as Request[];
      expect(await send(ledger, { ...other!, body: { quantity: 3 } })).toMatchObject({
        status: 422,
        body: { code: 'IDEMPOTENCY_KEY_REUSED' },
      });
    } finally {
      await ledger.stop();
    }
    expect(json(await subledger('digest', '--json')).log.sha256).toBe(SHA256);
  });

  it('has the fingerprints and event ids that the same commands are recorded with today, under the same ids', async () => {
    const ledger = await startLedger({ ...setting, data });
    try {
      for (const step of steps) {
        if ('at' in step) await ledger.client.at(step.at);
        else expect((await send(ledger, withItsId(step))).status).toBeLessThan(300);
      }
    } finally {
      await ledger.stop();
    }
    const { out } = await subledger('export');
    const today = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Written);
    const then = lines<Named & { readonly type: string }>('commands.ndjson').map(({ type: _, ...name }) => name);
    expect(then.length - then.filter(isComparable).length).toBe(PURCHASED_BY_CART);
    expect(namesIn(today)).toEqual(expect.arrayContaining(then.filter(isComparable)));
  });
});
