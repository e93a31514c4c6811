import { setImmediate as turn } from 'node:timers/promises';
import { START } from '#kernel';
import { Followers } from './followers.ts';

describe('followers', () => {
  it('at the end of the log look again only when it has grown', async () => {
    const followers = new Followers();
    const signal = new AbortController().signal;
    let reads = 0;
    const following = followers.follow(() => ((reads += 1), []), START, signal);
    expect((await following.next()).value).toEqual([]);
    const ended = following.next();
    for (let turns = 0; turns < 10; turns += 1) await turn();
    expect(reads).toBe(2);
    followers.wake();
    for (let turns = 0; turns < 10; turns += 1) await turn();
    // Nothing new after all: whoever stands at the end is not told so again.
    expect(reads).toBe(3);
    followers.end();
    expect(await ended).toEqual({ done: true, value: undefined });
    expect(await followers.follow(() => [], START, signal).next()).toMatchObject({ done: true });
  });
});
