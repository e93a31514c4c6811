// The baseline of HTTP: one Nest route on Fastify that validates a body and makes one durable append. Built with the rest,
// since Node does not run decorators from source. `node server.js <file>` prints the port that it listens on.
import { randomUUID } from 'node:crypto';
import { Body, Controller, Module, Param, Patch, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { IsString, Length } from 'class-validator';
import { openLog } from './database.ts';
import { EventTable } from './event-table.ts';

const [, , path = ''] = process.argv;
const table = new EventTable(openLog(path));
const revisions = new Map<string, number>();

class RenameBody {
  @IsString() @Length(1, 200) readonly friendlyName!: string;
}

/** As large as the ledger's own metadata. */
const metaOf = (commandId: string, recordedAt: string): string =>
  JSON.stringify({
    commandId,
    fingerprint: '0'.repeat(64),
    $correlationId: commandId,
    $causationId: commandId,
    actor: { id: '7b1f9c2e-52a1-4f7e-9a41-0d5f3ce1a2b4', role: 'global-admin', partnerId: 'default' },
    recordedAt,
    schema: 1,
    policy: 'seed-2021-09',
    catalogVersion: '2021-09',
  });

@Controller('subscriptions')
class SubscriptionsController {
  @Patch(':id')
  async rename(@Param('id') subscriptionId: string, @Body() { friendlyName }: RenameBody): Promise<object> {
    const stream = `subscription-${subscriptionId}`;
    const last = revisions.get(stream) ?? -1;
    const effectiveAt = new Date().toISOString();
    const data = { friendlyName, effectiveAt };
    const line = {
      id: randomUUID(),
      type: 'SubscriptionRenamed',
      data: JSON.stringify(data),
      meta: metaOf(randomUUID(), effectiveAt),
    };
    await table.append(stream, [line], last);
    revisions.set(stream, last + 1);
    return { subscriptionId, revision: last + 1, events: [{ type: 'SubscriptionRenamed', effectiveAt, data }] };
  }
}

@Module({ controllers: [SubscriptionsController] })
class BaselineModule {}

const app = await NestFactory.create<NestFastifyApplication>(BaselineModule, new FastifyAdapter(), { logger: false });
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
await app.listen(0, '127.0.0.1');
process.stdout.write(`${await app.getUrl()}\n`);
