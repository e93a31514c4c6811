import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.ts';
import { aboutAddress } from '../module/startup-errors.ts';
import type { Configuration } from '../config/configuration.ts';
import { publishApi } from '../http/openapi.ts';
import { httpServer } from './server.ts';
import { Metrics } from '../metrics/metrics.ts';
import { ofVariable, SETTINGS, type Settings } from '../config/options.ts';
import { ProblemFilter } from '../routing/problem.filter.ts';
import { Subledger } from '../module/subledger.ts';

/** The service, built and not yet started: no duty runs, nothing listens. Throws a `ConfigurationError` for its places. */
export const createApp = async (configuration: Configuration): Promise<NestFastifyApplication> => {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(configuration), httpServer(), {
    // Until it listens: what fails before is told once, by whoever called.
    logger: false,
    abortOnError: false,
    // Fastify's own parser takes JSON and nothing else.
    bodyParser: false,
  }).catch((error: unknown) => {
    throw ofVariable(error);
  });
  // What reaches no route of the ledger is answered as if it did.
  app.useGlobalFilters(new ProblemFilter(app.get<Settings>(SETTINGS)));
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

/**
 * Listens, starts the duties of this process, and sees to what must be there. While a store elsewhere is away it says so and
 * waits for it; of the ledger's routes only health and metrics are answered meanwhile. Throws a `ConfigurationError` for a
 * catalogue, a host or a port that cannot be used, and what a store says of itself when no waiting helps; the service is then
 * closed again.
 */
export const startApp = async (app: NestFastifyApplication, configuration: Configuration): Promise<Started> => {
  const { host, port } = configuration;
  try {
    await app.listen(port, host).catch((error: unknown) => {
      throw aboutAddress(error, configuration);
    });
    app.useLogger(app.get(Logger));
    const { administratorKey } = await app.get(Subledger).start({ makeKey: true, onWaiting: tellOnStderr });
    return { url: (await app.getUrl()).replace('[::1]', 'localhost'), administratorKey };
  } catch (error) {
    await app.close();
    throw ofVariable(error);
  }
};

const tellOnStderr = (reason: string): void => {
  process.stderr.write(`subledger: waits for its stores: ${reason}\n`);
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
