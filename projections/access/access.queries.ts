import type { Kysely } from 'kysely';
import { given, keyset, type Page, type PageRequest } from '../page.ts';
import type { AccessTables, ApiKeyRow, PartnerRow } from './access.projection.ts';
import type { PartnerFacts } from '#policy';

type Db = Kysely<AccessTables>;

/** A key as its owner sees it; never its hash. */
export type ApiKey = ReturnType<typeof showKey>;

const showKey = (row: Omit<ApiKeyRow, 'hash'>) => ({
  keyId: row.key_id,
  partnerId: row.partner_id,
  name: row.name,
  role: row.role,
  operator: row.operator === 1,
  createdAt: row.created_at,
  revoked: row.revoked === 1,
  revokedAt: row.revoked_at,
});

const keys = keyset<readonly [number]>('keys', [0]);

/** The keys of a partner, or all keys for the operator (`partnerId` left out), oldest first. */
export const listKeys = async (db: Db, partnerId: string | undefined, request: PageRequest): Promise<Page<ApiKey>> => {
  const [last = 0] = keys.after(request) ?? [];
  const rows = await db
    .selectFrom('api_keys')
    .selectAll()
    .where((eb) => eb.and([eb('sequence', '>', last), ...given(partnerId, (id) => eb('partner_id', '=', id))]))
    .orderBy('sequence')
    .limit(keys.fetch(request))
    .execute();
  return keys.page(rows, request, ({ sequence }) => [sequence], showKey);
};

/** One key; `undefined` if the partner (any, for the operator) has none with this id. */
export const findKey = async (db: Db, partnerId: string | undefined, keyId: string): Promise<ApiKey | undefined> => {
  const row = await db
    .selectFrom('api_keys')
    .selectAll()
    .where((eb) => eb.and([eb('key_id', '=', keyId), ...given(partnerId, (id) => eb('partner_id', '=', id))]))
    .executeTakeFirst();
  return row && showKey(row);
};

/** A partner as it was registered (http-api.md §4.10). */
export type RegisteredPartner = ReturnType<typeof showPartner>;

const showPartner = (row: PartnerRow) => ({
  partnerId: row.partner_id,
  name: row.name,
  ...factsOf(row),
  registeredAt: row.registered_at,
});

const factsOf = (row: Pick<PartnerRow, 'model' | 'cloud' | 'new_commerce_preview'>): PartnerFacts => ({
  model: row.model,
  cloud: row.cloud,
  newCommercePreview: row.new_commerce_preview === 1,
});

const partners = keyset<readonly [number]>('partners', [0]);

/** All partners in the order in which they were registered: for the operator. */
export const listPartners = async (db: Db, request: PageRequest): Promise<Page<RegisteredPartner>> => {
  const [last = 0] = partners.after(request) ?? [];
  const rows = await db
    .selectFrom('partners')
    .selectAll()
    .where('sequence', '>', last)
    .orderBy('sequence')
    .limit(partners.fetch(request))
    .execute();
  return partners.page(rows, request, ({ sequence }) => [sequence], showPartner);
};

/** The partner with this id, or `undefined`. */
export const findPartner = async (db: Db, partnerId: string): Promise<RegisteredPartner | undefined> => {
  const row = await db.selectFrom('partners').selectAll().where('partner_id', '=', partnerId).executeTakeFirst();
  return row && showPartner(row);
};
