import { ProjectionRunner } from './runner.ts';
import { openSqlite } from './sqlite/index.ts';
import { counting, longLog, naming } from './testing.ts';

// A process to be killed: it follows a log and rebuilds over and over, and says after each step that it has got on.
const [path = ''] = process.argv.slice(2);
const log = longLog();
const store = await openSqlite({ path });
const runner = new ProjectionRunner({ log, store, projections: [naming(), counting()] });
await runner.start();
const say = () => process.stdout.write('.\n');
await runner.rebuild('counting', say);
await runner.rebuild('naming', say);
await runner.reached(log.end);
await runner.stop();
await store.close();
