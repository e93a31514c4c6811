import { setTimeout as delay } from 'node:timers/promises';
import { Leadership } from './leadership.ts';
import { openPostgres } from './postgres/index.ts';
import type { ReadStore } from './read-store.ts';
import { ProjectionRunner } from './runner.ts';
import { counting, longLog, naming } from './testing.ts';

// A process that leads or stands by: it follows a log slowly, and says which events it has written and what becomes of it.
const [url = '', holder = ''] = process.argv.slice(2);
const say = (what: string) => process.stdout.write(`${what}\n`);
const log = longLog();
log.batch = 16;
const follow = log.follow.bind(log);
log.follow = async function* (position, signal) {
  for await (const batch of follow(position, signal)) {
    await delay(2);
    yield batch;
  }
};

/** Says what is written, once it is. */
const telling = (store: ReadStore): ReadStore =>
  Object.assign(Object.create(store) as ReadStore, {
    db: store.db,
    builds: () => store.builds(),
    create: (...built: Parameters<ReadStore['create']>) => store.create(...built),
    activate: (...built: Parameters<ReadStore['activate']>) => store.activate(...built),
    discard: (...built: Parameters<ReadStore['discard']>) => store.discard(...built),
    apply: async (steps: Parameters<ReadStore['apply']>[0]) => {
      await store.apply(steps);
      say(`wrote ${String(steps[0]?.checkpoint.events)}`);
    },
  });

const leadership = new Leadership({
  name: 'projections',
  holder,
  store: await openPostgres({ url }),
  begin: async (store) => {
    const runner = new ProjectionRunner({ log, store: telling(store), projections: [naming(), counting()] });
    await runner.start();
    return runner;
  },
  logger: {
    info: (_, sentence) => say(sentence),
    warn: (_, sentence) => say(sentence),
    error: (_, sentence) => say(sentence),
  },
});
void leadership.start();
