import type { Meta, Role } from '#kernel';
import { givenFor } from '#kernel/testing';
import { ClaimOfferSlot, customer, RegisterCustomer, ReleaseOfferSlot, type CustomerEvent } from './customer.ts';

const given = givenFor(customer);
const at = '2021-06-18T09:00:00.000Z';

const meta = (role: Role = 'global-admin', when = at, partnerId = 'p1'): Meta => ({
  commandId: 'a-command',
  at: when,
  actor: { id: 'somebody', role, partnerId },
  partner: { model: 'directBill', cloud: 'global', newCommercePreview: true },
  correlationId: 'a-command',
  causationId: 'a-command',
});

const contoso = { customerId: 'c1', name: 'Contoso', country: 'NL', segment: 'commercial', currency: 'EUR' };

const registered: CustomerEvent = {
  type: 'CustomerRegistered',
  data: { ...contoso, partnerId: 'p1', accountOpenedAt: at, effectiveAt: at },
};

describe('registering a customer', () => {
  it('records who they are, and whose', () => given().when(new RegisterCustomer(contoso, meta())).then(registered));

  it('keeps when the account was opened, where that is known (R41)', () => {
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

const wanting = (subscriptionId: string) => ({
  subscriptionId,
  skuId: '0001',
  quantity: 5,
  commandId: `buy-${subscriptionId}`,
  purchase: { subscriptionId, quantity: 5 },
});

const claim = (subscriptionId: string, limit = 1, ended: readonly string[] = [], who = meta()) =>
  new ClaimOfferSlot({ offerId: 'SINGLE', limit, slot: wanting(subscriptionId), ended }, who);

const claimed = (subscriptionId: string, offerId = 'SINGLE', effectiveAt = at): CustomerEvent => ({
  type: 'OfferSlotClaimed',
  data: { offerId, ...wanting(subscriptionId), effectiveAt },
});

const released = (subscriptionId: string, effectiveAt = at): CustomerEvent => ({
  type: 'OfferSlotReleased',
  data: { subscriptionId, effectiveAt },
});

describe('claiming a place of a limited offer', () => {
  it('keeps the whole purchase, so that it can be finished after a kill', () =>
    given(registered).when(claim('s1')).then(claimed('s1')));

  it('for the same purchase again changes nothing', () =>
    given(registered, claimed('s1')).when(claim('s1')).thenNothing());

  it('is refused where the only one is taken (R5, R14)', () =>
    given(registered, claimed('s1')).when(claim('s2')).thenRefused('ALREADY_OWNED_SINGLE'));

  it('is refused where as many are taken as are allowed', () => {
    given(registered, claimed('s1')).when(claim('s2', 2)).then(claimed('s2'));
    given(registered, claimed('s1'), claimed('s2')).when(claim('s3', 2)).thenRefused('OFFER_LIMIT');
  });

  it('does not count another offer', () =>
    given(registered, claimed('s1', 'ANOTHER')).when(claim('s2')).then(claimed('s2')));

  it('frees the places of holders that are deleted by now', () =>
    given(registered, claimed('s1'))
      .when(claim('s2', 1, ['s1', 's9']))
      .then(released('s1'), claimed('s2')));

  it('takes effect no earlier than what came before, when the clock went back (E13)', () =>
    given(registered, claimed('s1', 'ANOTHER', '2021-06-18T10:00:00.000Z'))
      .when(claim('s2', 1, [], meta('global-admin', '2021-06-18T09:30:00.000Z')))
      .then(claimed('s2', 'SINGLE', '2021-06-18T10:00:00.000Z')));

  it('is refused for a customer who is unknown, or another partner’s', () => {
    given().when(claim('s1')).thenRefused('CUSTOMER_NOT_FOUND');
    given(registered)
      .when(claim('s1', 1, [], meta('global-admin', at, 'p2')))
      .thenRefused('CUSTOMER_NOT_FOUND');
  });
});

describe('releasing a place', () => {
  const release = (subscriptionId: string, who = meta()) => new ReleaseOfferSlot({ subscriptionId }, who);

  it('lets the next one have it', () => {
    given(registered, claimed('s1')).when(release('s1')).then(released('s1'));
    given(registered, claimed('s1'), released('s1')).when(claim('s2')).then(claimed('s2'));
  });

  it('that nobody holds changes nothing', () =>
    given(registered, claimed('s1'), released('s1')).when(release('s1')).thenNothing());

  it('is refused for a customer who is unknown', () => given().when(release('s1')).thenRefused('CUSTOMER_NOT_FOUND'));
});

describe('the customer’s events', () => {
  it('read back from JSON exactly as they were written', () => {
    const events = [registered, claimed('s1'), released('s1')];
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
  });

  it('presuppose a customer', () => {
    expect([claimed('s1'), released('s1')].reduce(customer.evolve, customer.initial)).toEqual({ customerId: null });
  });
});
