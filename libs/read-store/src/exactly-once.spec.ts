import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { digestTable } from './digest.ts';
import type { ReadStore } from './read-store.ts';
import { ProjectionRunner } from './runner.ts';
import { openSqlite } from './sqlite/index.ts';
import { counting, faulty, longLog, naming, ScriptedLog, type Fault } from './testing.ts';

const backOff = { first: 0, longest: 0 };

/** What happens at one point of a run: more events, a rebuild, a restart, some work in between. */
const step = fc.oneof(
  fc.record({ turns: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ write: fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.boolean()), { maxLength: 20 }) }),
  fc.record({ rebuild: fc.constantFrom('naming', 'counting') }),
  fc.constant('restart' as const),
);
const faults = fc.array(fc.constantFrom<Fault>('before', 'after', undefined, undefined), { maxLength: 30 });

const write = (log: ScriptedLog, events: readonly (readonly [number, boolean])[]) =>
  log.write(
    ...events.map(([n, fresh]) => ({
      stream: `thing-${String(n)}`,
      type: fresh ? 'Named' : 'Renamed',
      data: { name: `${String(log.events.length)} ${String(n)}` },
    })),
  );

/** The tables, and the builds there are, after a run over the whole log. */
const outcome = async (log: ScriptedLog, store: ReadStore) => {
  const runner = new ProjectionRunner({ log, store, projections: [naming(), counting()], backOff });
  await runner.start();
  await runner.reached(log.end);
  await runner.caughtUp();
  await runner.stop();
  return {
    things: await digestTable(store, 'things'),
    tally: await digestTable(store, 'tally'),
    builds: (await store.builds()).length,
  };
};

describe('each event counts exactly once', () => {
  it('whatever fails, wherever it is stopped, whatever is rebuilt meanwhile', async () => {
    const story = fc.asyncProperty(
      fc.array(step, { maxLength: 20 }),
      faults,
      fc.integer({ min: 1, max: 9 }),
      async (steps, script, batch) => {
        const log = new ScriptedLog();
        log.batch = batch;
        const inner = await openSqlite({ path: ':memory:' });
        const left = [...script];
        const store = faulty(inner, () => left.pop());
        const begin = async () => {
          const runner = new ProjectionRunner({ log, store, projections: [naming(), counting()], backOff });
          await runner.start();
          return runner;
        };
        let runner = await begin();
        for (const what of steps) {
          if (what === 'restart') {
            await runner.stop();
            runner = await begin();
          } else if ('turns' in what) {
            for (let n = 0; n < what.turns; n += 1) await yieldToEventLoop();
          } else if ('write' in what) {
            write(log, what.write);
          } else {
            runner.rebuild(what.rebuild).catch(() => undefined);
          }
        }
        await runner.stop();
        const fresh = await openSqlite({ path: ':memory:' });
        expect(await outcome(log, inner)).toEqual(await outcome(log, fresh));
        await inner.close();
        await fresh.close();
      },
    );
    await fc.assert(story, { numRuns: 150 });
  });

  it('when the process is killed again and again', async () => {
    const inside = await mkdtemp(join(tmpdir(), 'read-store-'));
    const path = join(inside, 'read.sqlite');
    const script = fileURLToPath(new URL('./killed.testing.ts', import.meta.url));
    /** Runs until it is killed after the given number of progress lines, or is done. */
    const runFor = (lines: number) =>
      new Promise<boolean>((resolve) => {
        const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, path], {
          env: { PATH: process.env['PATH'] },
        });
        let seen = 0;
        child.stdout.on('data', (data: Buffer) => {
          seen += data.toString().split('\n').length - 1;
          if (seen >= lines) child.kill('SIGKILL');
        });
        child.on('exit', (code) => {
          resolve(code === 0);
        });
      });
    for (const lines of [2, 9, 15, 1]) expect(await runFor(lines)).toBe(false);
    expect(await runFor(Number.POSITIVE_INFINITY)).toBe(true);

    const store = await openSqlite({ path });
    const fresh = await openSqlite({ path: ':memory:' });
    const log = longLog();
    log.halting = false;
    expect(await outcome(log, store)).toEqual(await outcome(log, fresh));
    await store.close();
    await fresh.close();
    await rm(inside, { recursive: true });
  });
});
