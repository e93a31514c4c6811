import { Param, type PipeTransform } from '@nestjs/common';
import { isUuid } from './fields.ts';
import { ProblemError } from './problem.ts';
import type { RefusalCode } from '#ledger';

/** An invalid id names no resource: 404 of the resource, not 400. */
class ExistingId implements PipeTransform<string, string> {
  readonly #code: RefusalCode;
  readonly #resource: string;

  constructor(code: RefusalCode, resource: string) {
    this.#code = code;
    this.#resource = resource;
  }

  transform(id: string): string {
    if (!isUuid(id)) throw new ProblemError(this.#code, `there is no such ${this.#resource}`);
    return id.toLowerCase();
  }
}

export const SubscriptionId = () => Param('id', new ExistingId('SUBSCRIPTION_NOT_FOUND', 'subscription'));
export const CustomerId = () => Param('id', new ExistingId('CUSTOMER_NOT_FOUND', 'customer'));
export const CartId = () => Param('id', new ExistingId('CART_NOT_FOUND', 'cart'));
export const OrderId = () => Param('id', new ExistingId('ORDER_NOT_FOUND', 'order'));
export const KeyId = () => Param('id', new ExistingId('KEY_NOT_FOUND', 'key'));
