import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { inSlices } from './slices.ts';

const items = Array.from({ length: 100 }, (_, i) => i);

it('works on a list in order, and lets others in between', async () => {
  let [done, turns] = [0, 0];
  const others = (async () => {
    for (; done < items.length; turns += 1) await yieldToEventLoop();
  })();
  expect(await inSlices(items, async (i) => ((done += 1), i * 2))).toEqual(items.map((i) => i * 2));
  await others;
  expect(turns).toBeGreaterThan(3);
});

it('ends when the caller has gone', async () => {
  const gone = new AbortController();
  const made = await inSlices(items, async (i) => (i === 30 && gone.abort(), i), gone.signal);
  expect(made).toHaveLength(40);
});
