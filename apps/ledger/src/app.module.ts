import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { LoggerModule } from 'nestjs-pino';
import { pino } from 'pino';
import { AccessGuard } from './access/access.guard.ts';
import { accessHandlers } from './access/access.handlers.ts';
import { FreshnessGuard } from './access/freshness.guard.ts';
import { KeysController } from './access/keys.controller.ts';
import { Keys } from './access/keys.ts';
import { PartnersController } from './access/partners.controller.ts';
import { RateLimitGuard } from './access/rate-limit.guard.ts';
import { Tokens } from './access/tokens.ts';
import { CartsController } from './carts/carts.controller.ts';
import { cartHandlers } from './carts/carts.handlers.ts';
import { OrdersController } from './carts/orders.controller.ts';
import { CatalogueController } from './catalogue/catalogue.controller.ts';
import { PublishCatalogueHandler } from './catalogue/catalogue.handlers.ts';
import { ChargesController } from './charges/charges.controller.ts';
import { ClockController } from './clock/clock.controller.ts';
import { CONFIGURATION, type Configuration } from './configuration.ts';
import { CustomersController } from './customers/customers.controller.ts';
import { RegisterCustomerHandler } from './customers/customers.handlers.ts';
import { HealthController } from './health/health.controller.ts';
import { HistoryController } from './history/history.controller.ts';
import { History } from './history/history.ts';
import { CommandSender } from './http/command-sender.ts';
import { RequestValidationPipe } from './http/validation.pipe.ts';
import { InvoicesController } from './invoices/invoices.controller.ts';
import { LedgerModule } from './ledger/ledger.module.ts';
import { MetricsController } from './metrics/metrics.controller.ts';
import { Metrics } from './metrics/metrics.ts';
import { ProblemFilter } from './problem.filter.ts';
import { RenewalsController } from './renewals/renewals.controller.ts';
import { SubscriptionCommandsController } from './subscriptions/subscriptions.commands.controller.ts';
import { subscriptionHandlers } from './subscriptions/subscriptions.handlers.ts';
import { SubscriptionQueriesController } from './subscriptions/subscriptions.queries.controller.ts';

/** The configuration, for whoever injects `CONFIGURATION`. */
@Module({})
class ConfigurationModule {
  static of(configuration: Configuration): DynamicModule {
    return {
      global: true,
      module: ConfigurationModule,
      providers: [{ provide: CONFIGURATION, useValue: configuration }],
      exports: [CONFIGURATION],
    };
  }
}

/** Logs go to stderr, so that stdout is for people; requests are logged by a hook, which is cheaper than a middleware. */
const logging = ({ logLevel }: Configuration): DynamicModule =>
  LoggerModule.forRoot({
    pinoHttp: { logger: pino({ level: logLevel }, pino.destination(2)), autoLogging: false },
    forRoutes: [],
  });

const controllers = [
  CartsController,
  CatalogueController,
  ChargesController,
  ClockController,
  CustomersController,
  HealthController,
  HistoryController,
  InvoicesController,
  KeysController,
  MetricsController,
  OrdersController,
  PartnersController,
  RenewalsController,
  SubscriptionCommandsController,
  SubscriptionQueriesController,
];

const handlers = [
  ...accessHandlers,
  ...cartHandlers,
  ...subscriptionHandlers,
  PublishCatalogueHandler,
  RegisterCustomerHandler,
];

/** The ledger's face: every route, and what stands before and behind them. */
@Module({})
export class AppModule {
  static with(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [ConfigurationModule.of(configuration), logging(configuration), CqrsModule.forRoot(), LedgerModule],
      controllers: configuration.roles.has('api') ? controllers : [HealthController, MetricsController],
      providers: [
        ...handlers,
        CommandSender,
        History,
        Keys,
        Metrics,
        Tokens,
        { provide: APP_PIPE, useClass: RequestValidationPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
        // In this order: who it is, whether it may send that much, whether the read models are far enough.
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: APP_GUARD, useClass: FreshnessGuard },
      ],
    };
  }
}
