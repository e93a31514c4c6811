import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../http/problem.ts';
import { SETTINGS, type Settings } from '../config/options.ts';

const MINUTE_MS = 60_000;

/** How many callers are counted; beyond that, callers without a request for a minute are dropped. */
const MOST = 10_000;

/** The instants of a caller's last requests, up to the limit, as a ring. */
type Recent = { readonly instants: Float64Array; next: number };

/**
 * Limits the requests within any minute for one key, or for one subject of tokens; runs behind the access guard. Without a
 * configured limit, all requests pass.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  readonly #limit: number | undefined;
  readonly #recent = new Map<string, Recent>();

  constructor(@Inject(SETTINGS) { rateLimit }: Pick<Settings, 'rateLimit'>) {
    this.#limit = rateLimit;
  }

  canActivate(context: ExecutionContext): boolean {
    const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
    if (this.#limit !== undefined && caller !== undefined) this.take(caller.actor.id, performance.now());
    return true;
  }

  /** Counts a request of a caller, `now` in milliseconds of any clock. Throws `TOO_MANY_REQUESTS` beyond the limit. */
  take(callerId: string, now: number): void {
    const limit = this.#limit ?? Infinity;
    let recent = this.#recent.get(callerId);
    if (recent === undefined) {
      if (this.#recent.size >= MOST) this.#forgetTheQuiet(now);
      recent = { instants: new Float64Array(limit).fill(-Infinity), next: 0 };
      this.#recent.set(callerId, recent);
    }
    const free = (recent.instants[recent.next] ?? -Infinity) + MINUTE_MS;
    if (free > now)
      throw new ProblemError('TOO_MANY_REQUESTS', `this caller may send ${limit} requests a minute`, {
        retryAfter: Math.ceil((free - now) / 1_000),
      });
    recent.instants[recent.next] = now;
    recent.next = (recent.next + 1) % limit;
  }

  /** Keys are few; subjects of tokens may be many. */
  #forgetTheQuiet(now: number): void {
    for (const [callerId, { instants }] of this.#recent)
      if (instants.every((instant) => instant + MINUTE_MS <= now)) this.#recent.delete(callerId);
  }
}
