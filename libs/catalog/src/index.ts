export { MOST_SEATS, type AddOn, type Catalogue, type Offer, type Plan, type Sku, type SkuRef } from './catalog.ts';
export { eligibility, type Reason, type EligibilityRequest } from './eligibility.ts';
export { addOnsFor, findOffer, findPlan, findSku, listOffers, priceOf, type OfferFilter } from './find.ts';
export { parseCatalogue } from './parse.ts';
export { seatCapRefusal, type SeatsWanted } from './seat-cap.ts';
export { catalogueAt, timeline, wasOffered, type CatalogueTimeline } from './timeline.ts';
export type { Problem } from './reader.ts';
export {
  CATALOGUE_ID,
  cataloguePublication,
  history,
  PublishCatalogue,
  type CataloguePublished,
  type PublishedCatalogues,
} from './publish.ts';
export type { IneligibilityCode, RefusalCode } from './refusals.ts';
