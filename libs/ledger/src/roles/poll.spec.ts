import { poll, singleFlight } from './poll.ts';

/** A look that ends on command, and the number of looks so far. */
const looks = () => {
  const begun: PromiseWithResolvers<undefined>[] = [];
  const look = singleFlight(async () => {
    const one = Promise.withResolvers<undefined>();
    begun.push(one);
    await one.promise;
  });
  return { begun, look };
};

describe('a shared look', () => {
  it('never began before it was requested', async () => {
    const { begun, look } = looks();
    const first = look();
    const [second, third] = [look(), look()];
    let ended = 0;
    void second.then(() => (ended += 1));
    void third.then(() => (ended += 1));
    expect(begun).toHaveLength(1);
    begun[0]?.resolve(undefined);
    await first;
    await new Promise(setImmediate);
    expect([begun.length, ended]).toEqual([2, 0]);
    begun[1]?.resolve(undefined);
    await Promise.all([second, third]);
    expect([begun.length, ended]).toEqual([2, 2]);
  });

  it('is repeated after one that failed', async () => {
    const { begun, look } = looks();
    const first = look();
    const second = look();
    begun[0]?.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await new Promise(setImmediate);
    begun[1]?.resolve(undefined);
    await second;
  });
});

it('logs once why it cannot look, until it can', async () => {
  const said: string[] = [];
  const hear = (_: object, sentence: string) => void said.push(sentence);
  // The last look shows that all earlier ones have been handled.
  const outcomes = ['away', 'silent', 'away', undefined, undefined, 'away', undefined];
  const { promise: over, resolve: end } = Promise.withResolvers<undefined>();
  const duty = poll(
    async () => {
      if (outcomes.length === 0) end(undefined);
      const reason = outcomes.shift();
      if (reason !== undefined) throw new Error(reason);
    },
    1,
    { info: hear, warn: hear, error: hear },
  );
  await over;
  await duty.stop();
  expect(said).toEqual([
    'what other processes record cannot be seen: away',
    'what other processes record cannot be seen: silent',
    'what other processes record cannot be seen: away',
  ]);
});
