import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { START, type Position, type Recorded } from '#kernel';
import { Followers } from './followers.ts';

describe('followers', () => {
  it('at the end of the log read again only when it has grown', async () => {
    const followers = new Followers();
    const signal = new AbortController().signal;
    let reads = 0;
    const following = followers.follow(() => ((reads += 1), []), START, signal);
    expect((await following.next()).value).toEqual([]);
    const ended = following.next();
    for (let turns = 0; turns < 10; turns += 1) await yieldToEventLoop();
    expect(reads).toBe(1);
    followers.wake();
    for (let turns = 0; turns < 10; turns += 1) await yieldToEventLoop();
    // The log had no new event after all: a follower at the end does not get a second empty batch.
    expect(reads).toBe(2);
    followers.end();
    expect(await ended).toEqual({ done: true, value: undefined });
    expect(await followers.follow(() => [], START, signal).next()).toMatchObject({ done: true });
  });

  it('at the same position share one read', async () => {
    const followers = new Followers();
    const signal = new AbortController().signal;
    const log: Recorded[] = [];
    let reads = 0;
    const read = (after: Position) => ((reads += 1), log.filter(({ position }) => position > after));
    const both = [followers.follow(read, START, signal), followers.follow(read, START, signal)];
    const next = () => Promise.all(both.map(async (one) => (await one.next()).value as readonly Recorded[]));
    expect(await next()).toEqual([[], []]);
    const grown = next();
    await yieldToEventLoop();
    log.push({ position: '1' } as Recorded);
    reads = 0;
    followers.wake();
    expect(await grown).toEqual([log, log]);
    expect(reads).toBe(1);
    expect(await next()).toEqual([[], []]);
    expect(reads).toBe(2);
    followers.end();
  });

  it('at the end get what was appended, without a read', async () => {
    const followers = new Followers();
    const signal = new AbortController().signal;
    const [first, second] = [{ position: '1' } as Recorded, { position: '2' } as Recorded];
    let reads = 0;
    const read = (after: Position) => ((reads += 1), after === START ? [] : [second]);
    const following = followers.follow(read, START, signal);
    expect((await following.next()).value).toEqual([]);
    const grown = following.next();
    await yieldToEventLoop();
    reads = 0;
    followers.wake({ after: START, read: () => [first] });
    expect((await grown).value).toEqual([first]);
    expect(reads).toBe(0);
    // Elsewhere in the log it is not used.
    followers.wake({ after: '7', read: () => [first] });
    expect((await following.next()).value).toEqual([second]);
    followers.end();
  });
});
