export {
  customer,
  history,
  RegisterCustomer,
  type Customer,
  type CustomerCommand,
  type CustomerEvent,
  type Registered,
} from './customer.ts';
export { placesHeld, seatsHeld, type SeatCap, type SeenPlaces, type SeenSeats, type SkuOf } from './seats.ts';
export {
  ClaimOfferSlot,
  ClaimSeats,
  ReleaseOfferSlot,
  ReleaseSeats,
  type OfferSlot,
  type OfferSlotClaimed,
  type SeatClaim,
  type SeatsClaimed,
} from './slots.ts';
export type { RefusalCode } from './refusals.ts';
