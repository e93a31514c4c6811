// A backend that embeds a ledger, as docs/embedding.md shows it: that page contains the code between `docs` and `end`.
import {
  Body,
  Controller,
  Get,
  HttpException,
  Injectable,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Query,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { CommandBus, CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
// docs: imports
import {
  AddSeats,
  deterministicId,
  isRefusal,
  listCharges,
  PurchaseSubscription,
  RegisterCustomer,
  Subledger,
  SubledgerModule,
  type Actor,
  type Answered,
} from '../../apps/ledger/src/index.ts';
// end

// docs: commands
@Injectable()
export class Subscriptions {
  constructor(
    private readonly bus: CommandBus,
    private readonly subledger: Subledger,
  ) {}

  async register(actor: Actor, account: string, name: string): Promise<Answered> {
    const customerId = deterministicId('customer', actor.partnerId, account);
    const meta = await this.subledger.meta(`customer-${customerId}`, { actor, idempotencyKey: account });
    const facts = { name, country: 'NL', segment: 'commercial', currency: 'EUR' };
    return this.bus.execute(new RegisterCustomer({ customerId, ...facts }, meta));
  }

  async buy(actor: Actor, orderNumber: string, customerId: string, quantity: number): Promise<Answered> {
    const subscriptionId = deterministicId('subscription', actor.partnerId, orderNumber);
    const meta = await this.subledger.meta(`subscription-${subscriptionId}`, { actor, idempotencyKey: orderNumber });
    const orderId = deterministicId('order', meta.commandId);
    const plan = { offerId: 'M365BB', skuId: '0001', term: 'P1Y', billingCycle: 'monthly' } as const;
    return this.bus.execute(new PurchaseSubscription({ subscriptionId, orderId, customerId, quantity, ...plan }, meta));
  }

  async grow(actor: Actor, request: string, subscriptionId: string, quantity: number): Promise<Answered> {
    const meta = await this.subledger.meta(`subscription-${subscriptionId}`, { actor, idempotencyKey: request });
    return this.bus.execute(new AddSeats({ subscriptionId, quantity }, meta));
  }
}
// end

// docs: queries
@Injectable()
export class Accounts {
  constructor(private readonly subledger: Subledger) {}

  /** The charges of a subscription, in the order of recording. */
  async charges({ partnerId }: Actor, subscriptionId: string, position: string): Promise<readonly string[]> {
    if (!(await this.subledger.reached(position))) throw new Error('the read models are behind: ask again');
    const page = await listCharges(this.subledger.readModels, partnerId, { subscriptionId }, { limit: 500 });
    return page.items.map(({ chargeType, quantity, subtotal }) => `${chargeType} ${quantity} ${subtotal}`);
  }

  /** The subscription's current state, and what this actor may do with it. */
  async actions(actor: Actor, subscriptionId: string): Promise<unknown> {
    const view = await this.subledger.subscription(subscriptionId, actor);
    return isRefusal(view) ? [] : view.allowedActions;
  }
}
// end

const teller: Actor = { id: 'till-7', role: 'sales-agent', partnerId: 'default' };

/** The host's own guard, which protects only its own routes. */
@Injectable()
class TillGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<FastifyRequest>().headers['x-till'] === 'open';
  }
}

/** The host's own routes, with their own bodies and errors. */
@Controller('till')
@UseGuards(TillGuard)
class TillController {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly accounts: Accounts,
    private readonly bus: CommandBus,
  ) {}

  @Post('sales/:number')
  async sell(
    @Param('number') number: string,
    @Body() { customer, seats }: { readonly customer: string; readonly seats: number },
  ): Promise<object> {
    const answer = await this.subscriptions.buy(teller, number, customer, seats);
    if (isRefusal(answer)) throw new HttpException(`no sale: ${answer.refused}`, 422);
    const { subscriptionId } = answer.body as { readonly subscriptionId: string };
    return { subscriptionId, charges: await this.accounts.charges(teller, subscriptionId, answer.position) };
  }

  @Get('greeting')
  greet(@Query('times', ParseIntPipe) times: number): Promise<string> {
    return this.bus.execute<Greet, string>(new Greet(times));
  }
}

class Greet {
  readonly times: number;
  constructor(times: number) {
    this.times = times;
  }
}

/** A command of the host's own, on the same bus. */
@CommandHandler(Greet)
class GreetHandler implements ICommandHandler<Greet, string> {
  async execute({ times }: Greet): Promise<string> {
    return 'hello '.repeat(times).trim();
  }
}

// docs: module
@Module({
  imports: [
    CqrsModule.forRoot(),
    SubledgerModule.forRoot({ dataFolder: 'data/ledger', catalogue: 'catalog.sample.json' }),
  ],
  providers: [Subscriptions, Accounts],
})
export class ShopModule {}
// end

/** The source of this host's settings. */
@Injectable()
class Settings {
  readonly folder = process.env['SHOP_LEDGER'];
  readonly key = process.env['SHOP_KEY'];
  readonly clock = process.env['SHOP_CLOCK'];
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Module({
  imports: [
    CqrsModule.forRoot(),
    // docs: async
    SubledgerModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: ({ folder, key, clock }: Settings) => ({
        dataFolder: folder,
        apiKey: key,
        clock,
        catalogue: 'catalog.sample.json',
      }),
      http: { path: 'ledger' },
    }),
    // end
  ],
  controllers: [TillController],
  providers: [Subscriptions, Accounts, GreetHandler],
})
export class TillModule {}
