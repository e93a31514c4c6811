import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { bootstrap } from './access/bootstrap.ts';
import { AppModule } from './app.module.ts';
import { publishFile } from './catalogue/catalogue-file.ts';
import type { Configuration } from './configuration.ts';
import { publishApi } from './http/openapi.ts';
import { httpServer } from './http/server.ts';
import { Ledger } from './ledger/ledger.ts';
import { Metrics } from './metrics/metrics.ts';

/** The service, built and not yet started: no duty runs, nothing listens. */
export const createApp = async (configuration: Configuration): Promise<NestFastifyApplication> => {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(configuration), httpServer(), {
    bufferLogs: true,
    abortOnError: false,
    // Fastify's own parser takes JSON and nothing else.
    bodyParser: false,
  });
  app.useLogger(app.get(Logger));
  observe(app);
  if (configuration.roles.has('api')) publishApi(app);
  return app;
};

export type Started = {
  /** Where it listens. */
  readonly url: string;
  /** The administrator's key, if one was made just now: shown once. */
  readonly administratorKey: string | undefined;
};

/** Starts the duties of this process, sees to what must be there, and listens. */
export const startApp = async (app: NestFastifyApplication, configuration: Configuration): Promise<Started> => {
  const ledger = app.get(Ledger);
  await ledger.start();
  await publishFile(ledger, configuration.catalogueFile);
  const administratorKey = await bootstrap(ledger, configuration.apiKey);
  // The first request finds its key.
  if (configuration.roles.has('projector')) await ledger.projections.caughtUp({ timeoutMs: 60_000 });
  await app.listen(configuration.port, configuration.host);
  return { url: (await app.getUrl()).replace('[::1]', 'localhost'), administratorKey };
};

/** Measures and logs every answer; who is asking is told by the id of the key, never by the key. */
const observe = (app: NestFastifyApplication): void => {
  const metrics = app.get(Metrics);
  const logger = app.get(Logger);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', (request, reply, done) => {
      const { method, id, caller } = request;
      const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
      const { statusCode, elapsedTime } = reply;
      metrics.requestEnded(method, route, statusCode, elapsedTime / 1_000);
      const facts = { method, route, status: statusCode, ms: elapsedTime, correlationId: id, keyId: caller?.actor.id };
      logger.log(facts, 'answered', 'Requests');
      done();
    });
};
