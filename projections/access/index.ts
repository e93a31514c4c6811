export { access, type AccessTables } from './access.projection.ts';
export { findKey, findPartner, listKeys, listPartners, type ApiKey, type RegisteredPartner } from './access.queries.ts';
