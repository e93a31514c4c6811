// Appends to many streams concurrently until it is killed, and prints `<stream> <revision>` after each append. Run as a child.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { codec, NO_STREAM, type Draft } from '#event-store';
import { openSqlite } from '#event-store/sqlite';

const [path = ''] = process.argv.slice(2);
const store = openSqlite({ path, codec: codec({}) });

const event = (number: number): Draft => ({
  id: randomUUID(),
  type: 'Written',
  data: { effectiveAt: '2021-06-18T09:00:00.000Z', number, filling: 'x'.repeat(number % 500) },
  meta: {
    commandId: randomUUID(),
    fingerprint: '',
    $correlationId: randomUUID(),
    $causationId: randomUUID(),
    actor: { id: 'writer', role: 'system', partnerId: 'contoso' },
    recordedAt: '2021-06-18T09:00:00.000Z',
    schema: 1,
  },
});

const appendForever = async (writer: number): Promise<never> => {
  const stream = `writer-${writer}`;
  let { revision } = await store.append(stream, [], (await store.read(stream)).at(-1)?.revision ?? NO_STREAM);
  for (;;) {
    ({ revision } = await store.append(stream, [1, 2, 3].map((step) => event(revision + step)), revision)); // prettier-ignore
    // Written unbuffered, so that a printed line proves that the append was answered.
    writeSync(1, `${stream} ${revision}\n`);
  }
};

await Promise.all(Array.from({ length: 64 }, (_, writer) => appendForever(writer)));
