import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Open } from '../access/permissions.ts';
import { Ledger } from '../ledger/ledger.ts';
import { Health } from './health.responses.ts';

/** How long the event store may take to answer before it counts as away. */
const PATIENCE_MS = 2_000;

@ApiTags('operating')
@Controller('health')
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
    const { duties, projections, scheduler, processes } = this.#ledger;
    const eventStore = await this.#eventStore();
    const overdue = await scheduler.status().catch((error: unknown) => ({ error: messageOf(error) }));
    const models = duties.has('projector') ? projections.statuses() : [];
    const running = duties.has('scheduler') ? processes.map((process) => process.status()) : [];
    const failed =
      eventStore.status === 'down' ||
      'error' in overdue ||
      [...models, ...running].some(({ state }) => state === 'failed');
    void reply.code(failed ? 503 : 200);
    return {
      status: failed ? 'unavailable' : 'ok',
      duties: [...duties],
      eventStore,
      projections: models,
      processes: running,
      scheduler: { running: duties.has('scheduler'), ...overdue },
    };
  }

  async #eventStore(): Promise<Health['eventStore']> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${PATIENCE_MS} ms`));
      }, PATIENCE_MS);
    });
    try {
      await Promise.race([this.#ledger.store.read('catalog-main', Number.MAX_SAFE_INTEGER), silence]);
      return { status: 'up' };
    } catch (error) {
      return { status: 'down', error: messageOf(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
