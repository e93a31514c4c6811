import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { bootstrap } from './access/bootstrap.ts';
import { generateKey } from './access/keys.ts';
import { AppModule } from './app.module.ts';
import { publishFile } from './catalogue/catalogue-file.ts';
import { aboutAddress, aboutStores } from './cannot-start.ts';
import type { Configuration } from './configuration.ts';
import { publishApi } from './http/openapi.ts';
import { ProblemError } from './http/problem.ts';
import { httpServer } from './http/server.ts';
import { patiently } from './patience.ts';
import { Ledger } from './ledger/ledger.ts';
import { Metrics } from './metrics/metrics.ts';
import { adoptPolicy } from './policy/adopt-policy.ts';

/** How long a start waits for the read model of keys; a ledger that rebuilds it goes on meanwhile. */
const PATIENCE_MS = 10_000;

/** The service, built and not yet started: no duty runs, nothing listens. Throws a `ConfigurationError` for its places. */
export const createApp = async (configuration: Configuration): Promise<NestFastifyApplication> => {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(configuration), httpServer(), {
    // Until it listens: what fails before is told once, by whoever called.
    logger: false,
    abortOnError: false,
    // Fastify's own parser takes JSON and nothing else.
    bodyParser: false,
  }).catch((error: unknown) => {
    throw aboutStores(error, configuration.places);
  });
  observe(app);
  turnAwayUntilStarted(app);
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
 * waits for it; only health and metrics are answered meanwhile. Throws a `ConfigurationError` for a catalogue, a host or a
 * port that cannot be used, and what a store says of itself when no waiting helps; the service is then closed again.
 */
export const startApp = async (app: NestFastifyApplication, configuration: Configuration): Promise<Started> => {
  const { host, port } = configuration;
  try {
    await app.listen(port, host).catch((error: unknown) => {
      throw aboutAddress(error, configuration);
    });
    app.useLogger(app.get(Logger));
    const ledger = app.get(Ledger);
    // Made once: an attempt that broke off may have recorded it.
    const freshKey = generateKey();
    const administratorKey = await patiently(ledger, () => begin(ledger, configuration, freshKey));
    ledger.isStarted = true;
    return { url: (await app.getUrl()).replace('[::1]', 'localhost'), administratorKey };
  } catch (error) {
    await app.close();
    throw error;
  }
};

/** Everything that needs the stores. May be done again when one of them went away in the midst of it. */
const begin = async (ledger: Ledger, configuration: Configuration, freshKey: string): Promise<string | undefined> => {
  const { catalogueFile, apiKey, policy, roles } = configuration;
  await ledger.start();
  // Others decide nothing, and their rules are not those of the ledger.
  if (roles.has('api') || roles.has('scheduler')) await adoptPolicy(ledger, policy);
  if (!roles.has('api')) return undefined;
  await publishFile(ledger, catalogueFile);
  const { administratorKey, position } = await bootstrap(ledger, apiKey, freshKey);
  // The first request finds its key.
  await ledger.projecting.reached(position, { of: ['access'], timeoutMs: PATIENCE_MS, signal: ledger.closing });
  return administratorKey;
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

/** Health and metrics are for those who wonder why it does not start. */
const turnAwayUntilStarted = (app: NestFastifyApplication): void => {
  const ledger = app.get(Ledger);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, _reply, done) => {
      const isAnswered = ledger.isStarted || /^\/(health|metrics)$/.test(request.url);
      done(isAnswered ? undefined : new ProblemError('EVENT_STORE_UNAVAILABLE', 'the ledger is starting: try again'));
    });
};
