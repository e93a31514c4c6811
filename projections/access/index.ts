export { access, type AccessTables } from './access.projection.ts';
export {
  findKey,
  findKeyByHash,
  findPartner,
  listKeys,
  listPartners,
  type ApiKey,
  type KeyHolder,
  type RegisteredPartner,
} from './access.queries.ts';
