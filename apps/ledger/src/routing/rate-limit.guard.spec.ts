import { ProblemError } from '../http/problem.ts';
import { RateLimitGuard } from './rate-limit.guard.ts';

const refusedFor = (guard: RateLimitGuard, keyId: string, now: number): number | undefined => {
  try {
    guard.take(keyId, now);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'TOO_MANY_REQUESTS') return error.retryAfter;
    throw error;
  }
};

describe('the rate limit', () => {
  it('lets a key send the configured number of requests in any minute', () => {
    const guard = new RateLimitGuard({ rateLimit: 2 });
    const at = (now: number) => refusedFor(guard, 'a', now);
    expect([at(0), at(30_000), at(59_999)]).toEqual([undefined, undefined, 1]);
    expect([at(60_000), at(60_001), at(89_999), at(90_000)]).toEqual([undefined, 30, 1, undefined]);
  });

  it('does not count refused requests', () => {
    const guard = new RateLimitGuard({ rateLimit: 1 });
    guard.take('a', 0);
    for (let now = 1; now < 60_000; now += 999) expect(refusedFor(guard, 'a', now)).toBeDefined();
    expect(refusedFor(guard, 'a', 60_000)).toBeUndefined();
  });

  it('counts each key separately', () => {
    const guard = new RateLimitGuard({ rateLimit: 1 });
    expect([refusedFor(guard, 'a', 0), refusedFor(guard, 'b', 0), refusedFor(guard, 'a', 0)]).toEqual([
      undefined,
      undefined,
      60,
    ]);
  });
});
