import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { customer, RegisterCustomer } from '#customer';
import { dispatch, type CommandAnswer, Ledger } from '#ledger';
import type { Refusal } from '#ledger';

@CommandHandler(RegisterCustomer)
export class RegisterCustomerHandler implements ICommandHandler<RegisterCustomer, CommandAnswer | Refusal> {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  execute(command: RegisterCustomer): Promise<CommandAnswer | Refusal> {
    const { customerId } = command.data;
    return dispatch(this.#ledger.dispatching, {
      decider: customer,
      id: customerId,
      command,
      ids: { customerId },
      location: `/v1/customers/${customerId}`,
    });
  }
}
