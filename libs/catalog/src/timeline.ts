import type { Instant } from '#kernel';
import type { Catalogue } from './catalog.ts';
import { findOffer, findSku } from './find.ts';

/** All published versions, by the instant from which each is in force; of two from the same one, the later published last. */
export type CatalogueTimeline = { readonly versions: readonly Catalogue[] };

/** A timeline of versions that are given in the order of their publication. */
export const timeline = (versions: readonly Catalogue[]): CatalogueTimeline => ({
  versions: versions.toSorted((a, b) =>
    a.effectiveFrom < b.effectiveFrom ? -1 : a.effectiveFrom > b.effectiveFrom ? 1 : 0,
  ),
});

/** The version in force at an instant; undefined before the first one. */
export const catalogueAt = ({ versions }: CatalogueTimeline, instant: Instant): Catalogue | undefined =>
  versions.findLast(({ effectiveFrom }) => effectiveFrom <= instant);

/** Whether a version up to an instant sold this: if the one in force lacks it, it was withdrawn and is not unknown. */
export const wasOffered = (
  { versions }: CatalogueTimeline,
  instant: Instant,
  offerId: string,
  skuId?: string,
): boolean =>
  versions.some(
    (catalogue) =>
      catalogue.effectiveFrom <= instant &&
      (skuId === undefined ? findOffer(catalogue, offerId) : findSku(catalogue, offerId, skuId)) !== undefined,
  );
