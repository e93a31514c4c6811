import { codec } from './codec.ts';
import { NO_STREAM, StoreUnavailable } from './event-store.ts';
import { openMemory } from './memory/index.ts';
import { drafts } from './testing.ts';
import { WriteWatch } from './write-watch.ts';

/** A log that can be written while there is room, and the warnings that were logged. */
const watched = (quietMs?: number) => {
  const store = openMemory({ codec: codec({}) });
  const disk = { isFull: false };
  const mustHaveRoom = () => {
    if (disk.isFull) throw new StoreUnavailable('the disk is full');
  };
  const warnings: string[] = [];
  const watch = new WriteWatch({
    attempt: async () => {
      mustHaveRoom();
    },
    warn: (sentence) => warnings.push(sentence),
    ...(quietMs !== undefined && { quietMs }),
  });
  const log = watch.over({
    ...{ read: store.read.bind(store), follow: store.follow.bind(store) },
    ...{ logEnd: store.logEnd.bind(store), close: store.close.bind(store) },
    append: async (...of) => {
      mustHaveRoom();
      return store.append(...of);
    },
  });
  return { watch, log, disk, warnings };
};

it('reports that a log cannot be written from a failed append on until an append succeeds', async () => {
  const { watch, log, disk } = watched();
  disk.isFull = true;
  await watch.writable();
  await expect(log.append('contract-1', drafts(1), NO_STREAM)).rejects.toThrow('the disk is full');
  await expect(watch.writable()).rejects.toThrow('the disk is full');
  await expect(log.read('contract-1')).resolves.toEqual([]);
  disk.isFull = false;
  await watch.writable();
  await log.append('contract-1', drafts(1), NO_STREAM);
  await log.close();
});

it('warns once an outage', async () => {
  const { watch, log, disk, warnings } = watched();
  const fail = () => expect(log.append('contract-1', drafts(1), NO_STREAM)).rejects.toThrow(StoreUnavailable);
  disk.isFull = true;
  for (let i = 0; i < 3; i += 1) await fail();
  expect(warnings).toEqual(['commands are not accepted: the disk is full']);
  disk.isFull = false;
  await watch.writable();
  disk.isFull = true;
  await fail();
  expect(warnings).toHaveLength(2);
  await log.close();
});

it('believes a log that merely answers only some time after the last failed append', async () => {
  const { watch, log, disk } = watched(3_600_000);
  disk.isFull = true;
  await expect(log.append('contract-1', drafts(1), NO_STREAM)).rejects.toThrow(StoreUnavailable);
  disk.isFull = false;
  await expect(watch.writable()).rejects.toThrow('the disk is full');
  await log.append('contract-1', drafts(1), NO_STREAM);
  await watch.writable();
  await log.close();
});
