import { Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Open } from '../access/permissions.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import { Metrics } from '../metrics/metrics.ts';

@LedgerController('metrics', 'operating')
export class MetricsController {
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  @Get()
  @Open()
  @ApiOperation({ operationId: 'getMetrics', summary: 'Metrics in the text format of Prometheus', security: [] })
  @ApiProduces('text/plain')
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const text = await this.#metrics.text();
    void reply.header('content-type', this.#metrics.contentType);
    return text;
  }
}
