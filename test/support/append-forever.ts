// Appends to many streams at once, for ever, and says so after each: `<stream> <revision>` a line. Run as a child, to be killed.
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
    // Past every buffer of this process: whoever reads it knows that the append has been answered.
    writeSync(1, `${stream} ${revision}\n`);
  }
};

await Promise.all(Array.from({ length: 64 }, (_, writer) => appendForever(writer)));
