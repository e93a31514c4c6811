import { adjust, cancel, rename } from '../asks.testing.ts';
import { bought } from '../subscription.testing.ts';

const at = '2021-06-18T09:00:00.000Z';
const when = '2021-06-20T10:00:00.000Z';

describe('renaming', () => {
  it('changes the partner’s own label', () => {
    const story = bought(at).does(when, rename('Front desk'));
    expect(story.last).toEqual([
      { type: 'SubscriptionRenamed', data: { friendlyName: 'Front desk', effectiveAt: when } },
    ]);
    expect(story.state).toMatchObject({ friendlyName: 'Front desk', offerName: 'Offer BASIC' });
  });

  it('is refused if the name is the same', () => {
    expect(bought(at).no(when, rename('Offer BASIC'))).toBe('NOTHING_CHANGES');
  });

  it('is refused after the deletion, and to an auditor', () => {
    expect(bought(at).does(at, cancel).no(when, rename('Front desk'))).toBe('SUBSCRIPTION_DELETED');
    expect(bought(at).no(when, rename('Front desk'), 'auditor')).toBe('FORBIDDEN_ROLE');
  });
});

describe('adjusting charges manually', () => {
  it('posts a credit or a debit, with its reason (rule-book.md §2.5)', () => {
    const credited = bought(at).does(when, adjust('-12.5'));
    expect(credited.last[0]).toEqual({
      type: 'ChargesAdjusted',
      data: { amount: '-12.50', currency: 'EUR', reason: 'outage', reference: null, effectiveAt: when },
    });
    expect(credited.money(credited.last)).toEqual([
      'customerCredit -12.50 for 1, 2021-06-20 to 2021-06-20, 1/1 whole-cycle',
    ]);
    const debited = bought(at).does(when, adjust('3'));
    expect(debited.money(debited.last)).toEqual([
      'customerDebit 3.00 for 1, 2021-06-20 to 2021-06-20, 1/1 whole-cycle',
    ]);
  });

  it('is refused for zero, and for more decimals than the currency has', () => {
    expect(bought(at).no(when, adjust('0.00'))).toBe('NOTHING_CHANGES');
    expect(bought(at).no(when, adjust('-0.001'))).toBe('VALIDATION_FAILED');
    expect(bought(at, { offerId: 'WORLD' }, { currency: 'JPY' }).no(when, adjust('-0.1'))).toBe('VALIDATION_FAILED');
  });

  it.each([
    ['global-admin', undefined],
    ['billing-admin', undefined],
    ['admin-agent', 'FORBIDDEN_ROLE'],
    ['sales-agent', 'FORBIDDEN_ROLE'],
    ['helpdesk-agent', 'FORBIDDEN_ROLE'],
    ['support', 'FORBIDDEN_ROLE'],
  ] as const)('by the role %s: %p', (role, code) => {
    expect(bought(at).no(when, adjust('-1.00'), role)).toBe(code);
  });
});
