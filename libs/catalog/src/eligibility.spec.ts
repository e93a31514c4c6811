import { presets } from '#policy';
import type { Offer } from './catalog.ts';
import { eligibility } from './eligibility.ts';

type Request = Parameters<typeof eligibility>[0];

const offer = (over: Partial<Offer> = {}): Offer => ({
  offerId: 'P',
  name: 'Offer P',
  kind: 'newCommerce',
  publisher: { kind: 'microsoft', name: 'Microsoft' },
  billingType: 'license',
  category: 'enterprise',
  segments: ['commercial'],
  countries: 'all',
  limitPerCustomer: null,
  inCsp: true,
  transactable: true,
  exclusiveTo: null,
  skus: [],
  ...over,
});
const facts = { model: 'directBill', cloud: 'global', newCommercePreview: true } as const;
const request = (ofOffer: Partial<Offer>, over: Partial<Request> = {}): Request => ({
  offer: offer(ofOffer),
  customer: { country: 'NL', segment: 'commercial' },
  partner: { partnerId: 'contoso', facts },
  held: [],
  policy: presets['seed-2021-09'],
  ...over,
});
const codes = (ofOffer: Partial<Offer>, over: Partial<Request> = {}) =>
  eligibility(request(ofOffer, over)).map(({ code }) => code);
const outsider = { partner: { partnerId: 'contoso', facts: { ...facts, newCommercePreview: false } } };
const held = (...statuses: readonly string[]) => ({
  held: statuses.map((status, index) => ({ subscriptionId: `s${index + 1}`, offerId: 'P', status })),
});

describe('an offer', () => {
  it('may be bought if nothing rules it out', () => expect(codes({})).toEqual([]));

  it.each([
    ['R13', 'SEGMENT_NOT_SUPPORTED', { segments: ['education', 'government'] }],
    ['R16', 'COUNTRY_NOT_SUPPORTED', { countries: ['DE', 'US'] }],
    ['R17', 'NOT_IN_CSP', { inCsp: false }],
    ['R18', 'EXCLUSIVE_TO_OTHERS', { exclusiveTo: ['fabrikam'] }],
    ['R19', 'NOT_TRANSACTABLE_HERE', { transactable: false }],
  ] as const)('%s: %s rules it out for every kind', (_, code, over) => {
    for (const kind of ['newCommerce', 'legacy', 'isvSaas', 'usage'] as const)
      expect(codes({ kind, ...over })).toEqual([code]);
  });

  it('R18: that is exclusive may be bought only by the partners it names', () =>
    expect(codes({ exclusiveTo: ['fabrikam', 'contoso'] })).toEqual([]));

  it('R44: of new commerce may be bought by partners in the preview, while the policy requires it', () => {
    expect(codes({}, outsider)).toEqual(['PREVIEW_REQUIRED']);
    expect(codes({ kind: 'legacy' }, outsider)).toEqual([]);
    expect(codes({}, { ...outsider, policy: presets['docs-2022-03'] })).toEqual([]);
  });

  it('is ruled out with all reasons, not only the first', () =>
    expect(
      codes(
        {
          segments: ['education'],
          countries: ['DE'],
          inCsp: false,
          exclusiveTo: ['fabrikam'],
          transactable: false,
          limitPerCustomer: 1,
        },
        { ...outsider, ...held('suspended') },
      ),
    ).toEqual([
      'PREVIEW_REQUIRED',
      'SEGMENT_NOT_SUPPORTED',
      'COUNTRY_NOT_SUPPORTED',
      'NOT_IN_CSP',
      'EXCLUSIVE_TO_OTHERS',
      'NOT_TRANSACTABLE_HERE',
      'SUSPENDED_EXISTS',
      'ALREADY_OWNED_SINGLE',
    ]));
});

describe('limits of an offer', () => {
  it.each([
    ['R14: one is held', 1, ['active'], ['ALREADY_OWNED_SINGLE']],
    ['one is paused', 1, ['paused'], ['ALREADY_OWNED_SINGLE']],
    ['R5: a deleted one does not count', 1, ['deleted'], []],
    ['R5: an expired one does', 1, ['expired'], ['ALREADY_OWNED_SINGLE']],
    ['R15: a suspended one is to be reactivated', 1, ['suspended'], ['SUSPENDED_EXISTS', 'ALREADY_OWNED_SINGLE']],
    ['A18: a suspended one below the limit', 3, ['suspended', 'active'], []],
    ['A18: a suspended one at the limit', 2, ['active', 'suspended'], ['SUSPENDED_EXISTS', 'OFFER_LIMIT']],
    ['a limit above one', 2, ['active', 'active'], ['OFFER_LIMIT']],
    ['no limit', null, ['active', 'suspended'], []],
  ] as const)('%s', (_, limitPerCustomer, statuses, want) =>
    expect(codes({ limitPerCustomer }, held(...statuses))).toEqual(want),
  );

  it('R15: name the subscription to reactivate', () =>
    expect(eligibility(request({ limitPerCustomer: 2 }, held('active', 'suspended')))[0]).toMatchObject({
      code: 'SUSPENDED_EXISTS',
      reactivateSubscriptionId: 's2',
    }));

  it('do not apply to other offers', () =>
    expect(
      codes({ limitPerCustomer: 1 }, { held: [{ subscriptionId: 's1', offerId: 'Q', status: 'active' }] }),
    ).toEqual([]));
});
