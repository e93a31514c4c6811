import type { CustomerEvent } from '#customer';
import { put, type Change, type Recorded, type Table } from '#kernel';

/** A customer of a partner (R1). */
export type CustomerRow = {
  readonly customer_id: string;
  readonly sequence: number;
  readonly partner_id: string;
  readonly name: string;
  readonly country: string;
  readonly segment: string;
  readonly currency: string;
  readonly account_opened_at: string;
  readonly registered_at: string;
};

export const customersTable = {
  key: ['customer_id'],
  columns: {
    customer_id: 'text',
    sequence: 'sequence',
    partner_id: 'text',
    name: 'text',
    country: 'text',
    segment: 'text',
    currency: 'text',
    account_opened_at: 'text',
    registered_at: 'text',
  },
  indexes: [['partner_id', 'sequence']],
} satisfies Table;

type Registered = Recorded<Extract<CustomerEvent, { type: 'CustomerRegistered' }>>;

export const registered = ({ data }: Registered): Change =>
  put('customers', {
    customer_id: data.customerId,
    partner_id: data.partnerId,
    name: data.name,
    country: data.country,
    segment: data.segment,
    currency: data.currency,
    account_opened_at: data.accountOpenedAt,
    registered_at: data.effectiveAt,
  });
