import { Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { LogEnd } from '#event-store';
import { START } from '#kernel';
import { ReadModelNotBuilt, type Build } from '#read-store';
import { Open } from '../access/permissions.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import { Ledger } from '#ledger';
import { Health, Liveness } from './health.schemas.ts';
import { verdict } from './verdict.ts';

/** How long a store may take to respond before it counts as unavailable. */
const PATIENCE_MS = 2_000;

@LedgerController('health', 'operating')
export class HealthController {
  readonly #ledger: Ledger;

  constructor(@Inject(Ledger) ledger: Ledger) {
    this.#ledger = ledger;
  }

  @Get('live')
  @Open()
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Whether this process responds, even while it waits for its stores',
    security: [],
  })
  @ApiOkResponse({ type: Liveness })
  live(): Liveness {
    return { status: 'live' };
  }

  @Get()
  @Open()
  @ApiOperation({ operationId: 'getHealth', summary: 'Whether all duties of this process run', security: [] })
  @ApiOkResponse({ type: Health })
  @ApiServiceUnavailableResponse({ type: Health })
  async health(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const { roles, projectorRole, schedulerRole, scheduler, reads, isStarted } = this.#ledger;
    const [log, builds, overdue] = await Promise.all([
      answerOf(() => this.#logEnd()),
      answerOf(() => reads.builds()),
      answerOf(() => scheduler.status()),
    ]);
    const kept = projectorRole.statuses();
    const health = {
      duties: [...roles],
      eventStore: standing(log),
      readStore: standing(builds),
      projections:
        kept.length > 0 || !('is' in builds)
          ? kept
          : projectorRole.names.map((name) => elsewhere(name, builds.is, 'is' in log ? log.is.events : undefined)),
      processes: schedulerRole.statuses(),
      scheduler: {
        running: roles.has('scheduler') && schedulerRole.status().state === 'leading',
        ...('is' in overdue ? overdue.is : { error: overdue.error }),
      },
      leaderships: [
        ...(roles.has('projector') ? [projectorRole.status()] : []),
        ...(roles.has('scheduler') ? [schedulerRole.status()] : []),
      ],
    };
    const hasBegun = kept.length > 0 || ('is' in builds && builds.is.length > 0);
    const { status, reason } = verdict(health, {
      isStarted,
      hasBegun,
      isBlind: 'error' in overdue && !overdue.isEarly,
    });
    void reply.code(status === 'ok' ? 200 : 503);
    return { status, ...(reason !== undefined && { reason }), ...health };
  }

  /** The end of the log. Rejects as well if the log can be read but not written. */
  async #logEnd(): Promise<LogEnd> {
    const end = await this.#ledger.store.logEnd();
    await this.#ledger.writable();
    return end;
  }
}

/** `isEarly`: the value is not available yet because it is being built. */
type Answer<T> = { readonly is: T } | { readonly error: string; readonly isEarly: boolean };

/** The result of a question to a store, or an error if it takes too long. */
const answerOf = async <T>(ask: () => Promise<T>): Promise<Answer<T>> => {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${PATIENCE_MS} ms`));
    }, PATIENCE_MS);
  });
  try {
    return { is: await Promise.race([ask(), silence]) };
  } catch (error) {
    return {
      error: error instanceof Error ? error.message : String(error),
      isEarly: error instanceof ReadModelNotBuilt,
    };
  } finally {
    clearTimeout(timer);
  }
};

const standing = (answer: Answer<unknown>): Health['eventStore'] =>
  'is' in answer ? { status: 'up' } : { status: 'down', error: answer.error };

/** How far another process has brought a read model; `events` is the log's length, if known. */
const elsewhere = (
  name: string,
  builds: readonly Build[],
  events: number | undefined,
): Health['projections'][number] => {
  const own = builds.filter(({ projection }) => projection === name);
  const served = own.find((build) => build.served);
  const build = served ?? own.at(-1);
  const state = served === undefined ? 'building' : 'elsewhere';
  if (build === undefined) return { name, version: 0, position: START, state, quarantined: [] };
  const { version, checkpoint, quarantined } = build;
  const lag = events === undefined ? {} : { lagEvents: Math.max(served ? 0 : 1, events - checkpoint.events) };
  return { name, version, position: checkpoint.position, state, ...lag, quarantined };
};
