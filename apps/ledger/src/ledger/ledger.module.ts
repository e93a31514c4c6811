import { Global, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { pino } from 'pino';
import { CONFIGURATION, type Configuration } from '../configuration.ts';
import { CLOCK } from './clock.ts';
import { Ledger } from './ledger.ts';

/** Lets go of the stores when the application ends, after the last request was answered. */
@Injectable()
class LedgerShutdown implements OnApplicationShutdown {
  constructor(private readonly ledger: Ledger) {}

  async onApplicationShutdown(): Promise<void> {
    await this.ledger.close();
  }
}

/** The ledger, opened for this process; `Ledger` is what everything else injects. */
@Global()
@Module({
  providers: [
    {
      provide: Ledger,
      inject: [CONFIGURATION],
      useFactory: ({ places, clock, policy, roles, logLevel }: Configuration) =>
        Ledger.open({
          places,
          clock,
          policies: policy,
          duties: roles,
          logger: pino({ level: logLevel }, pino.destination(2)),
        }),
    },
    { provide: CLOCK, inject: [Ledger], useFactory: ({ clock }: Ledger) => clock },
    LedgerShutdown,
  ],
  exports: [Ledger, CLOCK],
})
export class LedgerModule {}
