import { Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Build } from '#read-store';
import { Open } from '../access/permissions.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import { Ledger } from '#ledger';
import { Health } from './health.schemas.ts';

/** How long a store may take to answer before it counts as away. */
const PATIENCE_MS = 2_000;

@LedgerController('health', 'operating')
export class HealthController {
  readonly #ledger: Ledger;

  constructor(@Inject(Ledger) ledger: Ledger) {
    this.#ledger = ledger;
  }

  @Get()
  @Open()
  @ApiOperation({ operationId: 'getHealth', summary: 'Whether all duties of this process run', security: [] })
  @ApiOkResponse({ type: Health })
  @ApiServiceUnavailableResponse({ type: Health })
  async health(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const { duties, projecting, scheduling, scheduler, reads, isStarted } = this.#ledger;
    const [log, builds, overdue] = await Promise.all([
      answerOf(() => this.#ledger.ready()),
      answerOf(() => reads.builds()),
      answerOf(() => scheduler.status()),
    ]);
    const [kept, processes] = [projecting.statuses(), scheduling.statuses()];
    const leaderships = [
      ...(duties.has('projector') ? [projecting.status()] : []),
      ...(duties.has('scheduler') ? [scheduling.status()] : []),
    ];
    const isWell =
      [log, builds, overdue].every((answer) => 'is' in answer) &&
      [...kept, ...processes].every(({ state }) => state !== 'failed') &&
      leaderships.every(({ error }) => error === undefined);
    const status = !isWell ? 'unavailable' : isStarted ? 'ok' : 'starting';
    void reply.code(status === 'ok' ? 200 : 503);
    return {
      status,
      duties: [...duties],
      eventStore: standing(log),
      readStore: standing(builds),
      projections: kept.length > 0 || !('is' in builds) ? kept : elsewhere(builds.is),
      processes,
      scheduler: {
        running: duties.has('scheduler') && scheduling.status().state === 'leading',
        ...('is' in overdue ? overdue.is : overdue),
      },
      leaderships,
    };
  }
}

type Answer<T> = { readonly is: T } | { readonly error: string };

/** What a store says within the time for it. */
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
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
};

const standing = (answer: Answer<unknown>): Health['eventStore'] =>
  'is' in answer ? { status: 'up' } : { status: 'down', error: answer.error };

/** Up to where another process has brought the read models. */
const elsewhere = (builds: readonly Build[]): Health['projections'] =>
  builds
    .filter(({ served }) => served)
    .map(({ projection, version, checkpoint: { position }, quarantined }) => ({
      name: projection,
      version,
      position,
      state: 'elsewhere',
      quarantined,
    }));
