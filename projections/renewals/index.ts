export { renewals, type RenewalTables } from './renewals.projection.ts';
export {
  due,
  earliestDue,
  listRenewals,
  overdueCount,
  type Due,
  type DuePlace,
  type Renewal,
  type RenewalFilter,
} from './renewals.queries.ts';
