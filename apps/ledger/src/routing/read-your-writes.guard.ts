import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InvalidRequest, ProblemError } from '../http/problem.ts';
import { Ledger } from '#ledger';

/** How long a read waits for the read models to reach the requested position (http-api.md §2). */
const PATIENCE_MS = 5_000;

/** Lets a read wait until the read models reflect the position in its header `Ledger-Position`. */
@Injectable()
export class FreshnessGuard implements CanActivate {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { method, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const position = headers['ledger-position'];
    return position === undefined || method !== 'GET' ? true : this.#wait(position);
  }

  async #wait(position: string | string[]): Promise<true> {
    if (typeof position !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(position))
      throw new InvalidRequest([
        { path: 'Ledger-Position', message: 'must be the Ledger-Position of an earlier response' },
      ]);
    if (await this.#ledger.projectorRole.reached(position, { timeoutMs: PATIENCE_MS })) return true;
    throw new ProblemError('PROJECTION_BEHIND', `the read models do not reflect ${position} yet: try again`);
  }
}
