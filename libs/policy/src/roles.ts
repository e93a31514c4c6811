import type { CommerceKind, Policy } from './policy.ts';

/** The five roles of R3, the support actor of R45, two that only read, and the ledger itself. */
const roles = [
  'global-admin',
  'admin-agent',
  'billing-admin',
  'helpdesk-agent',
  'sales-agent',
  'support',
  'auditor',
  'billing-reader',
  'system',
] as const;

export type Role = (typeof roles)[number];

const isRole = (name: string): name is Role => (roles as readonly string[]).includes(name);

/** Actions that a role may be allowed to do: the verbs of the routes. */
export type Action =
  | 'register-customer'
  | 'purchase'
  | 'add-seats'
  | 'remove-seats'
  | 'rename'
  | 'convert'
  | 'plan'
  | 'add-ons'
  | 'suspend'
  | 'reactivate'
  | 'pause'
  | 'resume'
  | 'cancel'
  | 'auto-renew'
  | 'scheduled-change'
  | 'upgrade'
  | 'activate'
  | 'deprovision'
  | 'usage'
  | 'adjust';

/**
 * Whether a role may do this to a subscription of this kind (R3, rule-book.md §1.11); without a kind, whether it may at all, as for
 * `register-customer`. Whether the rules allow the act is another question: suspending new commerce, say, is refused to the
 * five roles by R45, not here. A role of another name may do nothing.
 */
export const mayDo = (policy: Policy, role: string, action: Action, kind?: CommerceKind): boolean => {
  if (!isRole(role)) return false;
  switch (role) {
    case 'system':
      return true;
    case 'auditor':
    case 'billing-reader':
      return false;
    case 'support':
      // R45: only what a support request is for.
      return kind === 'newCommerce' && (action === 'suspend' || action === 'reactivate');
    case 'global-admin':
    case 'admin-agent':
    case 'billing-admin':
    case 'helpdesk-agent':
    case 'sales-agent':
      if (action === 'adjust') return role === 'global-admin' || role === 'billing-admin';
      return policy.roles === 'seed' || narrower(role, action, kind);
  }
};

type PartnerRole = 'global-admin' | 'admin-agent' | 'billing-admin' | 'helpdesk-agent' | 'sales-agent';

/** The matrix `docs-2023` of rule-book.md §1.11. */
const narrower = (role: PartnerRole, action: Action, kind: CommerceKind | undefined): boolean => {
  const admin = role === 'global-admin' || role === 'admin-agent';
  // D14, D16: marketplace subscriptions, metered ones included; a sales agent buys them, and no more.
  if (kind === 'isvSaas' || kind === 'usage')
    return admin || (role === 'sales-agent' && (action === 'purchase' || action === 'rename'));
  // D9
  if (action === 'upgrade') return admin;
  // D12
  if (action === 'plan' && kind === 'legacy') return admin || role === 'billing-admin';
  return true;
};
