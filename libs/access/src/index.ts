import type { History } from '#kernel';
import type { KeyCreated, KeyRevoked } from './key.ts';
import type { PartnerRegistered } from './partner.ts';

export { CreateKey, key, keyRoles, RevokeKey, type Key } from './key.ts';
export { partner, RegisterPartner, type Partner } from './partner.ts';

export type AccessEvent = PartnerRegistered | KeyCreated | KeyRevoked;

/** Old shapes of the events of partners and keys; none yet. */
export const history: History = {};
export type { RefusalCode } from './refusals.ts';
