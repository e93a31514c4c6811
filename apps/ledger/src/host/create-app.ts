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

/** The service, built and not yet started: no duty runs, nothing listens. Throws a `ConfigurationError` for unusable stores. */
export const createApp = async (configuration: Configuration): Promise<NestFastifyApplication> => {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(configuration), httpServer(), {
    // Until it listens: the caller reports errors of the start, once.
    logger: false,
    abortOnError: false,
    // Fastify's own parser takes JSON and nothing else.
    bodyParser: false,
  }).catch((error: unknown) => {
    throw ofVariable(error);
  });
  // Requests that match no route of the ledger get the same kind of problem.
  app.useGlobalFilters(new ProblemFilter(app.get<Settings>(SETTINGS)));
  observe(app);
  if (configuration.roles.has('api')) publishApi(app);
  return app;
};

export type Started = {
  /** The address on which it listens. */
  readonly url: string;
  /** The administrator's key, if one was made at this start: shown once. */
  readonly administratorKey: string | undefined;
};

/**
 * Listens, starts the duties of this process, and publishes what the configuration names. While a remote store is unavailable
 * it reports that and waits; meanwhile only health and metrics respond. Throws a `ConfigurationError` for a
 * catalog, a host or a port that cannot be used, and a store's error if waiting does not help; the service is then
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
  process.stderr.write(`subledger: waits for its stores: ${reason}
  `);
};

/** Measures and logs every response; the caller is identified by the key's id, never by the key. */
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
