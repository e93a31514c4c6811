import { ConfigurableModuleBuilder, Injectable, Module, type OnModuleInit, type Provider } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer, RouterModule } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { accessHandlers } from '../keys/access.handlers.ts';
import { KeysController } from '../keys/keys.controller.ts';
import { Keys } from '../access/keys.ts';
import { PartnersController } from '../keys/partners.controller.ts';
import { Tokens } from '../access/tokens.ts';
import { aboutStores } from './startup-errors.ts';
import { CartsController } from '../carts/carts.controller.ts';
import { cartHandlers } from '../carts/carts.handlers.ts';
import { OrdersController } from '../carts/orders.controller.ts';
import { CatalogueController } from '../catalog/catalog.controller.ts';
import { PublishCatalogueHandler } from '../catalog/catalog.handlers.ts';
import { ChargesController } from '../charges/charges.controller.ts';
import { ClockController } from '../clock/clock.controller.ts';
import { CustomersController } from '../customers/customers.controller.ts';
import { RegisterCustomerHandler } from '../customers/customers.handlers.ts';
import { HealthController } from '../operating/health.controller.ts';
import { HistoryController } from '../history/history.controller.ts';
import { History } from '../history/history.ts';
import { CommandSender } from '../routing/command-sender.ts';
import { InvoicesController } from '../invoices/invoices.controller.ts';
import { Ledger } from '#ledger';
import { MetricsController } from '../operating/metrics.controller.ts';
import { Metrics } from '../metrics/metrics.ts';
import { SETTINGS, settingsOf, type Settings, type SubledgerOptions } from '../config/options.ts';
import { RenewalsController } from '../renewals/renewals.controller.ts';
import { Subledger } from './subledger.ts';
import { SubscriptionCommandsController } from '../subscriptions/subscriptions.commands.controller.ts';
import { subscriptionHandlers } from '../subscriptions/subscriptions.handlers.ts';
import { SubscriptionQueriesController } from '../subscriptions/subscriptions.queries.controller.ts';

/** How the ledger's routes are mounted. Needs a host on Fastify. */
export type HttpOptions = {
  /** The prefix of each path: `ledger` makes `/ledger/v1/subscriptions`, `/ledger/health`. */
  readonly path?: string;
  /** Only health and metrics: for a process that takes no commands. */
  readonly operatingOnly?: boolean;
};

type Extras = {
  /** Whether to mount the ledger's routes, with their own guards, pipe and filter. Off by default. */
  readonly http?: boolean | HttpOptions;
};

const operating = [HealthController, MetricsController];

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

/** The routes use Fastify's interface, and would fail one by one on another server. */
@Injectable()
class OnlyOnFastify implements OnModuleInit {
  readonly #host: HttpAdapterHost;

  constructor(host: HttpAdapterHost) {
    this.#host = host;
  }

  onModuleInit(): void {
    // Without a server, there are no routes either.
    const server = (this.#host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined)?.getType();
    if (server !== undefined && server !== 'fastify')
      throw new Error(`the ledger's routes need @nestjs/platform-fastify, and this application is on ${server}`);
  }
}

/** What the routes need in addition, such as the command bus of the application. */
const behindRoutes = [CommandSender, History, Metrics, OnlyOnFastify, Tokens];

/** Two ledgers on one command bus would get each other's commands; without a bus, commands have no way to a handler. */
const checkSurroundings = (modules: ModulesContainer): void => {
  const among = [...modules.values()].map(({ metatype }) => metatype);
  if (among.filter((metatype) => metatype === SubledgerModule).length > 1)
    throw new Error('an application has one ledger: SubledgerModule.forRoot is imported twice');
  if (!among.includes(CqrsModule))
    throw new Error('commands go over the command bus: import CqrsModule.forRoot() beside SubledgerModule');
};

const openLedger = async ({ locations, clock, policy, roles, logger, cacheBytes }: Settings): Promise<Ledger> => {
  try {
    return await Ledger.open({ locations, clock, policies: policy, roles: roles, logger, cacheBytes });
  } catch (error) {
    throw aboutStores(error, locations);
  }
};

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<SubledgerOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createSubledgerOptions')
  .setExtras<Extras>({ http: false }, ({ imports = [], providers = [], ...definition }, { http = false }) => {
    const { path, operatingOnly = false }: HttpOptions = typeof http === 'object' ? http : {};
    const routes = operatingOnly ? operating : controllers;
    return {
      ...definition,
      global: true,
      imports:
        path === undefined ? imports : [...imports, RouterModule.register([{ path, module: definition.module }])],
      controllers: http === false ? [] : routes,
      providers: [...providers, ...(http === false ? [] : behindRoutes)],
    };
  })
  .build();

const ledger: readonly Provider[] = [
  { provide: SETTINGS, inject: [MODULE_OPTIONS_TOKEN], useFactory: settingsOf },
  {
    provide: Ledger,
    inject: [SETTINGS, ModulesContainer],
    useFactory: (settings: Settings, modules: ModulesContainer) => {
      checkSurroundings(modules);
      return openLedger(settings);
    },
  },
];

/**
 * A ledger within a Nest application: `imports: [CqrsModule.forRoot(), SubledgerModule.forRoot({ dataFolder: 'data' })]`.
 * Commands go over the application's command bus; everything else is in the injectable `Subledger`. One ledger per application.
 */
@Module({ providers: [...ledger, ...handlers, Keys, Subledger], exports: [Subledger] })
export class SubledgerModule extends ConfigurableModuleClass {}
