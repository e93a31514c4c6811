import type { AccessEvent } from '#access';
import { patch, projection, put } from '#kernel';
import type { PartnerFacts, Role } from '#policy';

export type PartnerRow = {
  readonly partner_id: string;
  readonly sequence: number;
  readonly name: string;
  readonly model: PartnerFacts['model'];
  readonly cloud: PartnerFacts['cloud'];
  readonly new_commerce_preview: number;
  readonly registered_at: string;
};

export type ApiKeyRow = {
  readonly key_id: string;
  readonly sequence: number;
  readonly partner_id: string;
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the key, in hex. The key itself is not stored. */
  readonly hash: string;
  /** Whether its holder may act for the whole ledger (http-api.md §4.10). */
  readonly operator: number;
  readonly created_at: string;
  readonly revoked: number;
  readonly revoked_at: string | null;
};

export type AccessTables = { readonly partners: PartnerRow; readonly api_keys: ApiKeyRow };

/** Partners and their keys. */
export const access = projection<AccessEvent>({
  name: 'access',
  version: 1,
  tables: {
    partners: {
      key: ['partner_id'],
      columns: {
        partner_id: 'text',
        sequence: 'sequence',
        name: 'text',
        model: 'text',
        cloud: 'text',
        new_commerce_preview: 'flag',
        registered_at: 'text',
      },
    },
    api_keys: {
      key: ['key_id'],
      columns: {
        key_id: 'text',
        sequence: 'sequence',
        partner_id: 'text',
        name: 'text',
        role: 'text',
        hash: 'text',
        operator: 'flag',
        created_at: 'text',
        revoked: 'flag',
        revoked_at: 'text',
      },
      indexes: [['hash'], ['partner_id', 'sequence']],
    },
  },
  on: {
    PartnerRegistered: ({ data }) =>
      put('partners', {
        partner_id: data.partnerId,
        name: data.name,
        model: data.model,
        cloud: data.cloud,
        new_commerce_preview: data.newCommercePreview ? 1 : 0,
        registered_at: data.effectiveAt,
      }),
    KeyCreated: ({ data }) =>
      put('api_keys', {
        key_id: data.keyId,
        partner_id: data.partnerId,
        name: data.name,
        role: data.role,
        hash: data.hash,
        operator: data.operator ? 1 : 0,
        created_at: data.effectiveAt,
        revoked: 0,
        revoked_at: null,
      }),
    KeyRevoked: ({ data }) => patch('api_keys', { key_id: data.keyId }, { revoked: 1, revoked_at: data.effectiveAt }),
  },
});
