import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { codec, type EventStore } from '#event-store';
import { openSqlite } from '#event-store/sqlite';
import type { Recorded } from '#kernel';

const script = fileURLToPath(new URL('./support/append-forever.ts', import.meta.url));

/** The last revision of each stream whose append was answered before the writer was killed. */
const killedAfter = async (path: string, answers: number): Promise<Map<string, number>> => {
  const writer = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const over = once(writer, 'exit');
  const answered = new Map<string, number>();
  let count = 0;
  // Output that the writer printed before it died is still in the pipe, and counts.
  for await (const line of createInterface({ input: writer.stdout })) {
    const [stream = '', revision] = line.split(' ');
    answered.set(stream, Number(revision));
    count += 1;
    if (count === answers) writer.kill('SIGKILL');
  }
  expect(await over).toEqual([null, 'SIGKILL']);
  return answered;
};

const wholeLog = async (store: EventStore): Promise<Recorded[]> => {
  const log: Recorded[] = [];
  for await (const batch of store.follow('', new AbortController().signal)) {
    if (batch.length === 0) break;
    log.push(...batch);
  }
  return log;
};

describe('a ledger that is killed while 64 clients write', () => {
  const folder = mkdtempSync(join(tmpdir(), 'durability-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has every answered append exactly once, and none partially, in every round', async () => {
    const path = join(folder, 'events.sqlite');
    for (const answers of [1, 700, 3_000]) {
      const answered = await killedAfter(path, answers);
      const store = openSqlite({ path, codec: codec({}) });
      const log = await wholeLog(store);
      for (const [stream, revision] of answered) {
        const events = await store.read(stream);
        expect(events.length).toBeGreaterThan(revision);
        expect(events.map((event) => event.revision)).toEqual([...events.keys()]);
        expect(events.map(({ data }) => data)).toEqual(events.map((_, number) => expect.objectContaining({ number })));
        // Each append had three events.
        expect(events.length % 3).toBe(0);
        expect(log.filter((event) => event.stream === stream)).toEqual(events);
      }
      expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
      await store.close();
    }
  });
});
