import type { CommerceKind } from './policy.ts';
import { presets } from './presets.ts';
import { mayDo, type Action, type Role } from './roles.ts';

const seed = presets['seed-2021-09'];
const docs = presets['docs-2022-03'];
const kinds: readonly CommerceKind[] = ['newCommerce', 'legacy', 'isvSaas', 'usage'];
const actions: readonly Action[] = [
  'purchase',
  'add-seats',
  'remove-seats',
  'rename',
  'convert',
  'plan',
  'add-ons',
  'suspend',
  'reactivate',
  'pause',
  'resume',
  'cancel',
  'auto-renew',
  'scheduled-change',
  'upgrade',
  'activate',
  'deprovision',
  'usage',
];
const partnerRoles: readonly Role[] = ['global-admin', 'admin-agent', 'billing-admin', 'helpdesk-agent', 'sales-agent'];

describe('the roles', () => {
  it('unknown ones may do nothing', () => {
    for (const role of ['owner', 'constructor', '']) expect(mayDo(seed, role, 'rename', 'legacy')).toBe(false);
  });

  it('R3: each of the five may do everything under the seed', () => {
    for (const role of partnerRoles)
      for (const kind of kinds) for (const action of actions) expect(mayDo(seed, role, action, kind)).toBe(true);
    for (const role of partnerRoles) expect(mayDo(seed, role, 'register-customer')).toBe(true);
  });

  it('manual adjustments are for the global and the billing admin, in both presets', () => {
    for (const policy of [seed, docs])
      for (const kind of kinds)
        expect(partnerRoles.filter((role) => mayDo(policy, role, 'adjust', kind))).toEqual([
          'global-admin',
          'billing-admin',
        ]);
  });

  it('R45: support may suspend and reactivate new commerce, and nothing else', () => {
    const allowed = kinds.flatMap((kind) =>
      [...actions, 'adjust' as const]
        .filter((action) => mayDo(seed, 'support', action, kind))
        .map((action) => `${kind} ${action}`),
    );
    expect(allowed).toEqual(['newCommerce suspend', 'newCommerce reactivate']);
    expect(mayDo(seed, 'support', 'register-customer')).toBe(false);
  });

  it('readers may change nothing, the ledger itself may do everything', () => {
    for (const action of [...actions, 'adjust' as const, 'register-customer' as const]) {
      expect(mayDo(seed, 'auditor', action, 'newCommerce')).toBe(false);
      expect(mayDo(seed, 'billing-reader', action, 'newCommerce')).toBe(false);
      expect(mayDo(docs, 'system', action, 'isvSaas')).toBe(true);
    }
  });

  it.each([
    ['purchase', 'newCommerce', ['global-admin', 'admin-agent', 'billing-admin', 'helpdesk-agent', 'sales-agent']],
    ['cancel', 'newCommerce', ['global-admin', 'admin-agent', 'billing-admin', 'helpdesk-agent', 'sales-agent']],
    ['upgrade', 'newCommerce', ['global-admin', 'admin-agent']],
    ['upgrade', 'legacy', ['global-admin', 'admin-agent']],
    ['plan', 'legacy', ['global-admin', 'admin-agent', 'billing-admin']],
    ['plan', 'newCommerce', ['global-admin', 'admin-agent', 'billing-admin', 'helpdesk-agent', 'sales-agent']],
    ['purchase', 'isvSaas', ['global-admin', 'admin-agent', 'sales-agent']],
    ['add-seats', 'isvSaas', ['global-admin', 'admin-agent']],
    ['cancel', 'isvSaas', ['global-admin', 'admin-agent']],
    ['plan', 'isvSaas', ['global-admin', 'admin-agent']],
    ['purchase', 'usage', ['global-admin', 'admin-agent', 'sales-agent']],
    ['deprovision', 'usage', ['global-admin', 'admin-agent']],
  ] as const)('rule-book.md §1.11, docs-2023: %s of %s is for %j', (action, kind, roles) =>
    expect(partnerRoles.filter((role) => mayDo(docs, role, action, kind))).toEqual(roles),
  );
});
