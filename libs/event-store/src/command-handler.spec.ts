import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { hidden, isRefusal, refuse, START } from '#kernel';
import { codec } from './codec.ts';
import { add, counter, type Add } from './counter.testing.ts';
import { NO_STREAM, StoreUnavailable, type EventStore } from './event-store.ts';
import { CommandHandler, type CommandHandlerOptions } from './command-handler.ts';
import { openMemory } from './memory/index.ts';
import type { Answer, Outcome } from './decision.ts';

const shapes = codec({ Added: [({ by }: { by: number }) => ({ amount: by })] });
const opened = () => openMemory({ codec: shapes });
const handlingOf = (store: EventStore, options: Partial<CommandHandlerOptions> = {}) =>
  new CommandHandler(store, { codec: shapes, retries: [0, 0], ...options });

/** The result, which must not be a refusal. */
const given = <O extends Outcome>(outcome: O): Exclude<O, { refused: unknown }> => {
  if (isRefusal(outcome)) throw new Error(outcome.because);
  return outcome as Exclude<O, { refused: unknown }>;
};

/** A store that behaves differently from the real one in some calls. */
const instead = (store: EventStore, part: Partial<EventStore>): EventStore => ({
  read: (...of) => store.read(...of),
  append: (stream, events, expected) => store.append(stream, events, expected),
  follow: (position, signal) => store.follow(position, signal),
  logEnd: () => store.logEnd(),
  close: () => store.close(),
  ...part,
});

/** The same command, read again from outside. */
const later = (command: Add, milliseconds = 7): Add => {
  const at = `2021-06-18T10:00:00.${String(milliseconds).padStart(3, '0')}Z`;
  return { ...command, meta: { ...command.meta, at } };
};

const totalOf = async (store: EventStore, id: string) => (await handlingOf(store).load(counter, id)).state.total;

describe('a command', () => {
  it('is decided on the earlier events, and recorded', async () => {
    const store = opened();
    const handling = handlingOf(store);
    await handling.handle(counter, 'a', add(2));
    const answer = given(await handling.handle(counter, 'a', add(4, {}, 2)));
    const events = await store.read('counter-a');
    expect(answer).toEqual({
      outcome: 'recorded',
      stream: 'counter-a',
      revision: 2,
      position: events[2]!.position,
      events: [{ ...events[1], position: events[2]!.position }, events[2]],
      state: { total: 6, additions: 3 },
    });
    expect(events.map(({ data }) => data)).toMatchObject([{ amount: 2 }, { amount: 2 }, { amount: 2 }]);
    expect(await handling.load(counter, 'a')).toEqual({
      state: { total: 6, additions: 3 },
      revision: 2,
      position: events[2]!.position,
    });
    for await (const page of handling.pages('counter-a', 1)) expect(page).toEqual(events.slice(1));
  });

  it('records who sent it, when, why and under which policy', async () => {
    const store = opened();
    const handling = handlingOf(store);
    const command = add(8, {}, 2);
    await handling.handle(counter, 'a', command);
    const recorded = {
      commandId: command.meta.commandId,
      fingerprint: 'e67571264b015f8cef66cfb651c8197123fc68dc5206001e5d6e3039580e67fe',
      $correlationId: command.meta.correlationId,
      $causationId: command.meta.commandId,
      actor: { id: 'alice', role: 'admin-agent', partnerId: 'contoso' },
      recordedAt: '2021-06-18T09:00:00.000Z',
      schema: 2,
    };
    const [first, second] = await store.read('counter-a');
    // The state after the first event is pinned to another policy than that after the second.
    expect(first!.meta).toEqual({ ...recorded, policy: 'few' });
    expect(second!.meta).toEqual({ ...recorded, policy: 'many', catalogVersion: '2' });
    expect(first!.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('passes its correlation and causation on, over a chain of three', async () => {
    const store = opened();
    const handling = handlingOf(store);
    const outside = add(1);
    const { correlationId } = outside.meta;
    const [first] = given(await handling.handle(counter, 'a', outside)).events;
    const [second] = given(
      await handling.handle(counter, 'b', add(1, { correlationId, causationId: first!.id })),
    ).events;
    const [third] = given(
      await handling.handle(counter, 'c', add(1, { correlationId, causationId: second!.id })),
    ).events;
    expect([first, second, third].map((event) => event!.meta.$correlationId)).toEqual(Array(3).fill(correlationId));
    expect([first, second, third].map((event) => event!.meta.$causationId)).toEqual([
      outside.meta.commandId,
      first!.id,
      second!.id,
    ]);
  });

  it('that is refused records nothing, and may be sent again', async () => {
    const store = opened();
    const handling = handlingOf(store);
    const command = add(11);
    expect(await handling.handle(counter, 'a', command)).toMatchObject({ refused: 'QUANTITY_OUT_OF_RANGE' });
    expect(await store.read('counter-a')).toEqual([]);
    const smaller = { ...command, data: { amount: 10 } };
    expect(given(await handling.handle(counter, 'a', smaller)).outcome).toBe('recorded');
  });

  it('that changes nothing returns the revision of the stream', async () => {
    const handling = handlingOf(opened());
    expect(await handling.handle(counter, 'a', add(0))).toMatchObject({
      revision: NO_STREAM,
      position: START,
      events: [],
    });
    const { position } = given(await handling.handle(counter, 'a', add(1)));
    expect(await handling.handle(counter, 'a', add(0))).toMatchObject({
      outcome: 'recorded',
      revision: 0,
      position,
      events: [],
      state: { total: 1 },
    });
  });
});

describe('a repeated command (E23)', () => {
  it('gets the first result, and records nothing', async () => {
    const store = opened();
    const handling = handlingOf(store);
    const command = add(4, {}, 2);
    const first = given(await handling.handle(counter, 'a', command));
    await handling.handle(counter, 'a', add(1));
    const events = await store.read('counter-a');
    const again = { ...first, outcome: 'replayed', events: events.slice(0, 2) };
    expect(await handling.handle(counter, 'a', command)).toEqual(again);
    // A restart makes no difference.
    expect(await handlingOf(store).handle(counter, 'a', command)).toEqual(again);
    expect(await handlingOf(store).handle(counter, 'a', { ...command, data: { inSteps: 2, amount: 4 } })).toEqual(
      again,
    );
    expect(await store.read('counter-a')).toHaveLength(3);
  });

  it('is refused with another body, or under another type', async () => {
    const store = opened();
    const handling = handlingOf(store);
    const command = add(4);
    await handling.handle(counter, 'a', command);
    const reused = expect.objectContaining({ refused: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await handling.handle(counter, 'a', { ...command, data: { amount: 5 } })).toEqual(reused);
    expect(await handlingOf(store).handle(counter, 'a', { ...command, data: { amount: 5 } })).toEqual(reused);
    expect(await handling.handle(counter, 'a', command, { fingerprint: 'another' })).toEqual(reused);
    expect(await totalOf(store, 'a')).toBe(4);
  });

  it('is recognised by the fingerprint that the caller gives', async () => {
    const handling = handlingOf(opened());
    const command = add(4);
    await handling.handle(counter, 'a', command, { fingerprint: 'quote 7' });
    const again = await handling.handle(counter, 'a', add(5, command.meta), { fingerprint: 'quote 7' });
    expect(again).toMatchObject({ outcome: 'replayed', state: { total: 4 } });
  });

  it('gets the first result, whichever revision it expects', async () => {
    const handling = handlingOf(opened());
    const command = add(4);
    await handling.handle(counter, 'a', command, { expectedRevision: NO_STREAM });
    expect(await handling.handle(counter, 'a', command, { expectedRevision: NO_STREAM })).toMatchObject({
      outcome: 'replayed',
    });
    expect(await handling.handle(counter, 'a', command, { dryRun: true })).toMatchObject({ outcome: 'replayed' });
  });

  it('is another command on another stream', async () => {
    const handling = handlingOf(opened());
    const command = add(4);
    await handling.handle(counter, 'a', command);
    expect(await handling.handle(counter, 'b', command)).toMatchObject({ outcome: 'recorded' });
  });

  it('is recorded once, for any number and order of repetitions, in this process and others', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ which: fc.nat(4), where: fc.nat(1), stream: fc.constantFrom('a', 'b') }), {
          maxLength: 30,
        }),
        async (attempts) => {
          const store = opened();
          const places = [handlingOf(store), handlingOf(store)];
          const commands = Array.from({ length: 5 }, (_, index) => add(1, {}, 1 + (index % 2)));
          const outcomes = await Promise.all(
            attempts.map(async ({ which, where, stream }, attempt) => ({
              key: `${stream}${which}`,
              answer: given(await places[where]!.handle(counter, stream, later(commands[which]!, attempt))),
            })),
          );
          const firsts = new Map<string, Answer>();
          for (const { key, answer } of outcomes) {
            if (answer.outcome === 'recorded') expect(firsts.has(key)).toBe(false);
            if (answer.outcome === 'recorded') firsts.set(key, answer);
          }
          for (const { key, answer } of outcomes) {
            const { revision, position, state } = firsts.get(key)!;
            expect(answer).toMatchObject({ revision, position, state });
            expect(answer.events.map(({ id, data }) => ({ id, data }))).toEqual(
              firsts.get(key)!.events.map(({ id, data }) => ({ id, data })),
            );
          }
          const recorded = [...(await store.read('counter-a')), ...(await store.read('counter-b'))];
          expect(recorded).toHaveLength([...firsts.values()].flatMap(({ events }) => events).length);
        },
      ),
    ));
});

describe('concurrent commands', () => {
  it('on one stream are handled in the order of arrival', async () => {
    const store = opened();
    const handling = handlingOf(store);
    const commands = [3, 1, 2].map((amount) => add(amount));
    const answers = await Promise.all(commands.map((command) => handling.handle(counter, 'a', command)));
    expect(answers.map((answer) => given(answer).revision)).toEqual([0, 1, 2]);
    expect((await store.read('counter-a')).map(({ data }) => data)).toMatchObject([
      { amount: 3 },
      { amount: 1 },
      { amount: 2 },
    ]);
  });

  it('on one stream wait for each other instead of conflicting', async () => {
    const store = opened();
    let appends = 0;
    const handling = handlingOf(instead(store, { append: (...what) => ((appends += 1), store.append(...what)) }));
    await Promise.all(Array.from({ length: 8 }, () => handling.handle(counter, 'a', add(1))));
    expect(await totalOf(store, 'a')).toBe(8);
    expect(appends).toBe(8);
  });

  it('are not affected by one that fails', async () => {
    const handling = handlingOf(opened());
    const broken = { ...counter, decide: () => { throw new Error('broken'); } }; // prettier-ignore
    const outcomes = await Promise.allSettled([
      handling.handle(counter, 'a', add(1)),
      handling.handle(broken, 'a', add(1)),
      handling.handle(counter, 'a', add(1)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('on one stream all fail when the store stays unavailable: none is tried after the first has failed', async () => {
    const store = opened();
    let attempts = 0;
    const away = { now: true };
    const handling = handlingOf(
      instead(store, {
        append: async (...what) => {
          attempts += 1;
          if (away.now) throw new StoreUnavailable('no answer');
          return store.append(...what);
        },
      }),
    );
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => handling.handle(counter, 'a', add(n))));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    // As many attempts as the first command makes.
    expect(attempts).toBe(3);
    away.now = false;
    await handling.handle(counter, 'a', add(4));
    expect(await totalOf(store, 'a')).toBe(4);
  });

  it('from several processes are each decided on the events of the others', async () => {
    const store = opened();
    const places = Array.from({ length: 4 }, () => handlingOf(store));
    for (let round = 0; round < 2; round += 1) {
      const outcomes = await Promise.all(places.map((handling) => handling.handle(counter, 'a', add(1))));
      expect(outcomes.every((outcome) => !isRefusal(outcome))).toBe(true);
    }
    expect(await totalOf(store, 'a')).toBe(8);
  });

  it('with one expected revision: one succeeds, the others get the current revision (E22)', async () => {
    for (const elsewhere of [false, true]) {
      const store = opened();
      const here = handlingOf(store);
      const places = [here, elsewhere ? handlingOf(store) : here];
      for (const handling of places) await handling.load(counter, 'a');
      await here.handle(counter, 'a', add(1));
      const outcomes = await Promise.all(
        places.map((handling) => handling.handle(counter, 'a', add(4, {}, 2), { expectedRevision: 0 })),
      );
      expect(outcomes.filter((outcome) => !isRefusal(outcome))).toHaveLength(1);
      expect(outcomes.filter(isRefusal)).toMatchObject([{ refused: 'REVISION_MISMATCH', facts: { revision: 2 } }]);
      expect(await totalOf(store, 'a')).toBe(5);
    }
  });
});

describe('a cached state', () => {
  it('saves reading the stream', async () => {
    const store = opened();
    let reads = 0;
    const counting = instead(store, { read: (...where) => ((reads += 1), store.read(...where)) });
    const handling = handlingOf(counting);
    for (let time = 0; time < 5; time += 1) await handling.handle(counter, 'a', add(1));
    expect(reads).toBe(1);
  });

  it('neither causes a refusal nor expects a state that other processes have changed', async () => {
    const store = opened();
    const [here, there] = [handlingOf(store), handlingOf(store)];
    await here.handle(counter, 'a', add(8));
    const undo = await there.handle(counter, 'a', add(-8));
    expect(await here.handle(counter, 'a', add(5))).toMatchObject({ outcome: 'recorded', revision: 2 });
    expect(given(undo).revision).toBe(1);
    await there.handle(counter, 'a', add(1));
    expect(await here.handle(counter, 'a', add(1), { expectedRevision: 3 })).toMatchObject({
      outcome: 'recorded',
      revision: 4,
    });
    await there.handle(counter, 'a', add(1));
    expect(await here.handle(counter, 'a', add(0))).toMatchObject({ revision: 5, state: { total: 8 } });
  });

  it('includes the commands that other processes have recorded', async () => {
    const store = opened();
    const [here, there] = [handlingOf(store), handlingOf(store)];
    await here.handle(counter, 'a', add(1));
    const command = add(9);
    await there.handle(counter, 'a', command);
    expect(await here.handle(counter, 'a', later(command))).toMatchObject({
      outcome: 'replayed',
      state: { total: 10 },
      events: [{ data: { effectiveAt: '2021-06-18T09:00:00.000Z' } }],
    });
  });

  it('may be dropped at any time', async () => {
    const store = opened();
    const handling = handlingOf(store, { cacheBytes: 700 });
    for (const id of ['a', 'b', 'a', 'a', 'c', 'a', 'a', 'b', 'a'])
      expect(await handling.handle(counter, id, add(1))).toMatchObject({ outcome: 'recorded' });
    expect(await Promise.all(['a', 'b', 'c'].map((id) => totalOf(store, id)))).toEqual([6, 2, 1]);
  });

  it('is loaded once for concurrent readers', async () => {
    const store = opened();
    await handlingOf(store).handle(counter, 'a', add(7));
    const handling = handlingOf(store);
    const [one, , other] = await Promise.all([
      handling.load(counter, 'a'),
      handling.handle(counter, 'a', add(1)),
      handling.load(counter, 'a'),
    ]);
    expect(one.state.total).toBe(7);
    expect([7, 8]).toContain(other.state.total);
    expect((await handling.load(counter, 'a')).state.total).toBe(8);
    expect((await handling.load(counter, 'b')).revision).toBe(NO_STREAM);
  });
});

describe('a dry run', () => {
  it('has the result of the real command, and records nothing', async () => {
    const store = opened();
    const [here, there] = [handlingOf(store), handlingOf(store)];
    await here.handle(counter, 'a', add(1));
    const { position } = given(await there.handle(counter, 'a', add(1)));
    const command = add(6, {}, 2);
    const tried = given(await here.handle(counter, 'a', command, { dryRun: true }));
    expect(tried).toMatchObject({ outcome: 'dryRun', revision: 3, position, state: { total: 8, additions: 4 } });
    expect(await store.read('counter-a')).toHaveLength(2);
    const done = given(await here.handle(counter, 'a', command));
    const ofAppend = (answer: Answer) => answer.events.map((event) => ({ ...event, position: '' }));
    expect(done).toMatchObject({ outcome: 'recorded', revision: 3, state: tried.state });
    expect(ofAppend(done)).toEqual(ofAppend(tried));
  });

  it('is refused like the real command', async () => {
    const handling = handlingOf(opened());
    expect(await handling.handle(counter, 'a', add(11), { dryRun: true })).toMatchObject({
      refused: 'QUANTITY_OUT_OF_RANGE',
    });
    expect(await handling.handle(counter, 'a', add(1), { dryRun: true, expectedRevision: 3 })).toMatchObject({
      refused: 'REVISION_MISMATCH',
      facts: { revision: NO_STREAM },
    });
  });
});

it.each([
  ['a hidden refusal', hidden(refuse('NOT_YOURS', 'no')), 'NOT_YOURS'],
  ['another refusal', refuse('NOT_FOUND', 'no'), 'REVISION_MISMATCH'],
])('at another revision than was expected, %s is answered with %s', async (_, refusal, code) => {
  const handling = handlingOf(opened());
  await handling.handle(counter, 'a', add(1));
  const refusing = { ...counter, decide: () => refusal };
  const answer = await handling.handle(refusing, 'a', add(1), { expectedRevision: 3 });
  expect(answer).toMatchObject({ refused: code });
  if (code !== 'REVISION_MISMATCH') expect(answer).toEqual(refusal);
});

describe('an unavailable store', () => {
  /** Fails the given number of appends, which are nevertheless written, or not. */
  const failing = (store: EventStore, times: number, written: boolean) => {
    let left = times;
    return instead(store, {
      append: async (...what) => {
        if (left === 0) return store.append(...what);
        left -= 1;
        if (written) await store.append(...what);
        throw new StoreUnavailable('no answer');
      },
    });
  };

  it.each([true, false])('is tried again, safely even if only the answer was lost: %s', async (written) => {
    const store = opened();
    const handling = handlingOf(failing(store, 2, written));
    expect(await handling.handle(counter, 'a', add(2))).toMatchObject({ outcome: 'recorded', revision: 0 });
    expect(await handling.handle(counter, 'a', add(2))).toMatchObject({ outcome: 'recorded', revision: 1 });
    expect(await store.read('counter-a')).toHaveLength(2);
  });

  it.each([true, false])('is given up after some attempts, and the command may be sent again: %s', async (written) => {
    const store = opened();
    const handling = handlingOf(failing(store, 3, written));
    const command = add(2);
    await expect(handling.handle(counter, 'a', command)).rejects.toThrow(StoreUnavailable);
    expect(await handling.handle(counter, 'a', command)).toMatchObject({ outcome: written ? 'replayed' : 'recorded' });
    expect(await store.read('counter-a')).toHaveLength(1);
  });

  it('does not report the decision of a later attempt as recorded', async () => {
    const store = opened();
    const away = { now: false };
    const handling = handlingOf(
      instead(store, {
        append: async (...what) => {
          const receipt = await store.append(...what);
          if (away.now) throw new StoreUnavailable('no answer');
          return receipt;
        },
      }),
    );
    await handling.handle(counter, 'a', add(1));
    const command = add(2);
    away.now = true;
    await expect(handling.handle(counter, 'a', command)).rejects.toThrow(StoreUnavailable);
    away.now = false;
    expect(await handling.handle(counter, 'a', later(command))).toMatchObject({
      outcome: 'replayed',
      events: [{ data: { effectiveAt: '2021-06-18T09:00:00.000Z' } }],
    });
  });

  it('is reported for a stream that other processes write continuously', async () => {
    const store = opened();
    const handling = handlingOf(
      instead(store, {
        append: async (stream, events, expected) => {
          await handlingOf(store).handle(counter, 'a', add(0.5));
          return store.append(stream, events, expected);
        },
      }),
    );
    await expect(handling.handle(counter, 'a', add(1))).rejects.toThrow('changes faster');
    expect(await store.read('counter-a')).toHaveLength(10);
  });
});

describe('an old event', () => {
  it('is used in its new shape', async () => {
    const store = opened();
    const past = openMemory({ codec: codec({}) });
    const { meta } = given(await new CommandHandler(past, { codec: codec({}) }).handle(counter, 'a', add(1)))
      .events[0]!;
    expect(meta.schema).toBe(1);
    await store.append('counter-a', [{ id: randomUUID(), type: 'Added', data: { by: 3 }, meta }], NO_STREAM);
    expect(await totalOf(store, 'a')).toBe(3);
  });
});
