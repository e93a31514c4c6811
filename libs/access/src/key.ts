import { hidden, commandNaming, refuse, type Decider, type Event } from '#kernel';
import type { Decision, RefusalCode } from './refusals.ts';
import type { Role } from '#policy';

/** The roles that a key, or a token, may have; `system` is the ledger's own. */
export const keyRoles = [
  'global-admin',
  'admin-agent',
  'billing-admin',
  'helpdesk-agent',
  'sales-agent',
  'support',
  'auditor',
  'billing-reader',
] as const satisfies readonly Role[];

/** Create an API key. Only its hash is ever recorded. */
export class CreateKey extends commandNaming('key', 'CreateKey')<{
  readonly keyId: string;
  readonly partnerId: string;
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the key, in hex. */
  readonly hash: string;
  /** Whether it is the operator's, who may act for the whole ledger (http-api.md §4.10). */
  readonly operator: boolean;
}> {}

/** Revoke a key, permanently. */
export class RevokeKey extends commandNaming('key', 'RevokeKey')<{ readonly keyId: string }> {}

/** An API key was created; only the hash of the key is recorded. */
export type KeyCreated = Event<'KeyCreated', CreateKey['data']>;

/** An API key was revoked. */
export type KeyRevoked = Event<'KeyRevoked', { readonly keyId: string }>;

export type Key = { readonly keyId: null } | (CreateKey['data'] & { readonly revoked: boolean });

const decide = (command: CreateKey | RevokeKey, state: Key): Decision<KeyCreated | KeyRevoked> => {
  const effectiveAt = command.meta.at;
  if (command.type === 'CreateKey')
    return state.keyId === null
      ? [{ type: 'KeyCreated', data: { ...command.data, effectiveAt } }]
      : refuse('NOTHING_CHANGES', `the key ${state.keyId} exists already`);
  if (state.keyId === null || state.revoked) return hidden(refuse('KEY_NOT_FOUND', 'there is no such key'));
  return [{ type: 'KeyRevoked', data: { keyId: state.keyId, effectiveAt } }];
};

/** An API key: its partner, its role, and whether it is in force. */
export const key: Decider<CreateKey | RevokeKey, KeyCreated | KeyRevoked, Key, RefusalCode> = {
  category: 'key',
  initial: { keyId: null },
  decide,
  evolve: (state, event) => {
    if (event.type === 'KeyRevoked') return state.keyId === null ? state : { ...state, revoked: true };
    const { effectiveAt: _, ...created } = event.data;
    return { ...created, revoked: false };
  },
};
