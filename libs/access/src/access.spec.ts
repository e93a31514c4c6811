import type { Meta } from '#kernel';
import { givenFor } from '#kernel/testing';
import { CreateKey, key, partner, RegisterPartner, RevokeKey, type AccessEvent } from './index.ts';

const at = '2021-06-18T09:00:00.000Z';

const meta: Meta = {
  commandId: 'a-command',
  at,
  actor: { id: 'operator', role: 'global-admin', partnerId: 'default' },
  correlationId: 'a-command',
  causationId: 'a-command',
};

describe('a partner', () => {
  const given = givenFor(partner);
  const fabrikam = {
    partnerId: 'fabrikam',
    name: 'Fabrikam',
    model: 'indirectProvider',
    cloud: 'usgov',
    newCommercePreview: false,
  } as const;

  it('is registered with its business model, its cloud, and whether it is in the preview (R2, R34, R44)', () =>
    given()
      .when(new RegisterPartner(fabrikam, meta))
      .then({ type: 'PartnerRegistered', data: { ...fabrikam, effectiveAt: at } }));

  it('is registered once', () =>
    given({ type: 'PartnerRegistered', data: { ...fabrikam, effectiveAt: at } })
      .when(new RegisterPartner(fabrikam, meta))
      .thenRefused('PARTNER_EXISTS'));

  it('keeps the data that it was registered with', () => {
    const state = partner.evolve(partner.initial, {
      type: 'PartnerRegistered',
      data: { ...fabrikam, effectiveAt: at },
    });
    expect(state).toEqual(fabrikam);
  });
});

describe('an API key', () => {
  const given = givenFor(key);
  const wanted = {
    keyId: 'k1',
    partnerId: 'fabrikam',
    name: 'billing export',
    role: 'billing-reader',
    hash: 'a'.repeat(64),
    operator: false,
  } as const;
  const created: AccessEvent = { type: 'KeyCreated', data: { ...wanted, effectiveAt: at } };
  const revoked: AccessEvent = { type: 'KeyRevoked', data: { keyId: 'k1', effectiveAt: at } };
  const revoke = new RevokeKey({ keyId: 'k1' }, meta);

  it('is created, and only its hash is recorded', () => given().when(new CreateKey(wanted, meta)).then(created));

  it('is created once, even after it was revoked', () => {
    given(created).when(new CreateKey(wanted, meta)).thenRefused('NOTHING_CHANGES');
    given(created, revoked).when(new CreateKey(wanted, meta)).thenRefused('NOTHING_CHANGES');
  });

  it('is revoked permanently', () => {
    given(created).when(revoke).then(revoked);
    given(created, revoked).when(revoke).thenRefused('KEY_NOT_FOUND');
  });

  it('that was never created cannot be revoked', () => given().when(revoke).thenRefused('KEY_NOT_FOUND'));

  it('is valid until it is revoked', () => {
    expect([created].reduce(key.evolve, key.initial)).toEqual({ ...wanted, revoked: false });
    expect([created, revoked].reduce(key.evolve, key.initial)).toEqual({ ...wanted, revoked: true });
    expect([revoked].reduce(key.evolve, key.initial)).toEqual({ keyId: null });
  });
});
