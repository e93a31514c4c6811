import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { LoggerModule } from 'nestjs-pino';
import { pino, type Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import type { SubledgerOptions } from '../config/options.ts';
import { SubledgerModule } from '../module/subledger.module.ts';
import { logLines } from './log-lines.ts';

/** Logs go to stderr, so that stdout is for people; requests are logged by a hook, which is cheaper than a middleware. */
const logging = (logger: Logger): DynamicModule =>
  LoggerModule.forRoot({ pinoHttp: { logger, autoLogging: false }, forRoutes: [] });

/** The service is a host like any other: it turns the environment into options. */
const optionsOf = (configuration: Configuration, logger: Logger): SubledgerOptions => {
  const { locations, catalogueFile, clock, policy, roles, apiKey, rateLimit, cacheBytes, oidc } = configuration;
  return {
    ...locations,
    ...{ apiKey, rateLimit, logger },
    cacheMb: cacheBytes / 1_048_576,
    catalogue: catalogueFile,
    clock: clock.kind === 'system' ? 'system' : `simulated:${clock.from}`,
    policy: { timeline: policy.timeline.map(({ from, pin }) => ({ from, ...pin })) },
    roles: [...roles],
    oidc: oidc && { ...oidc, jwksUrl: oidc.keySetUrl.href },
    // `startApp` starts it, after it listens.
    autoStart: false,
  };
};

/** The service: a ledger, its routes, and its logging. */
@Module({})
export class AppModule {
  static with(configuration: Configuration): DynamicModule {
    const logger = pino({ level: configuration.logLevel }, logLines(process.stderr));
    const http = { operatingOnly: !configuration.roles.has('api') };
    return {
      module: AppModule,
      imports: [
        logging(logger),
        CqrsModule.forRoot(),
        SubledgerModule.forRoot({ ...optionsOf(configuration, logger), http }),
      ],
    };
  }
}
