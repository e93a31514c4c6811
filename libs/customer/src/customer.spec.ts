import type { Meta } from '#kernel';
import { givenFor } from '#kernel/testing';
import { customer, RegisterCustomer, type CustomerEvent } from './customer.ts';
import type { Role } from '#policy';

const given = givenFor(customer);
const at = '2021-06-18T09:00:00.000Z';

const meta = (role: Role = 'global-admin', when = at, partnerId = 'p1'): Meta => ({
  commandId: 'a-command',
  at: when,
  actor: { id: 'a-user', role, partnerId },
  correlationId: 'a-command',
  causationId: 'a-command',
});

const contoso = { customerId: 'c1', name: 'Contoso', country: 'NL', segment: 'commercial', currency: 'EUR' };

const registered: CustomerEvent = {
  type: 'CustomerRegistered',
  data: { ...contoso, partnerId: 'p1', accountOpenedAt: at, effectiveAt: at },
};

describe('registering a customer', () => {
  it('records its data and its partner', () => given().when(new RegisterCustomer(contoso, meta())).then(registered));

  it('keeps the time when the account was opened, if known (R41)', () => {
    const opened = { ...contoso, accountOpenedAt: '2020-01-01T00:00:00.000Z' };
    given()
      .when(new RegisterCustomer(opened, meta()))
      .then({ type: 'CustomerRegistered', data: { ...opened, partnerId: 'p1', effectiveAt: at } });
  });

  it('is refused under an id that is taken', () =>
    given(registered).when(new RegisterCustomer(contoso, meta())).thenRefused('CUSTOMER_EXISTS'));

  it.each(['global-admin', 'admin-agent', 'billing-admin', 'helpdesk-agent', 'sales-agent'] satisfies Role[])(
    'is for the role %s (R3)',
    (role) =>
      given()
        .when(new RegisterCustomer(contoso, meta(role)))
        .then(registered),
  );

  it.each(['support', 'auditor', 'billing-reader'] satisfies Role[])('is not for the role %s', (role) =>
    given()
      .when(new RegisterCustomer(contoso, meta(role)))
      .thenRefused('FORBIDDEN_ROLE'),
  );
});
