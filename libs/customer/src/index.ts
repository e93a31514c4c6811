export {
  ClaimOfferSlot,
  customer,
  history,
  RegisterCustomer,
  ReleaseOfferSlot,
  type Customer,
  type CustomerCommand,
  type CustomerEvent,
  type OfferSlot,
  type Registered,
} from './customer.ts';
