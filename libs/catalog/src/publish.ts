import { hidden, commandClass, refuse, type Decider, type Event, type History } from '#kernel';
import type { Catalogue } from './catalog.ts';
import type { RefusalCode } from './refusals.ts';

/** The stream of all published catalogues is `catalog-main`. */
export const CATALOGUE_ID = 'main';

/** Put a price list in force from its `effectiveFrom` on. The operator's doing. */
export class PublishCatalogue extends commandClass('PublishCatalogue')<{ readonly catalogue: Catalogue }> {
  /** All versions are published on one stream. */
  static streamOf(): `catalog-${string}` {
    return `catalog-${CATALOGUE_ID}`;
  }
}

/** A price list is published, whole; it is in force from its own `effectiveFrom` on. */
export type CataloguePublished = Event<'CataloguePublished', { readonly catalogue: Catalogue }>;

/** Every version ever published, in order: each is kept, for what was bought under it. */
export type PublishedCatalogues = readonly Catalogue[];

/** The price lists. The same version again changes nothing; the same version with other content is another version. */
export const cataloguePublication: Decider<PublishCatalogue, CataloguePublished, PublishedCatalogues, RefusalCode> = {
  category: 'catalog',
  initial: [],
  decide: ({ data: { catalogue }, meta: { at } }, published) => {
    const same = published.find(({ version }) => version === catalogue.version);
    if (same === undefined) return [{ type: 'CataloguePublished', data: { catalogue, effectiveAt: at } }];
    return JSON.stringify(same) === JSON.stringify(catalogue)
      ? []
      : hidden(
          refuse(
            'CATALOG_VERSION_EXISTS',
            `the catalogue version ${catalogue.version} was published with other content`,
          ),
        );
  },
  evolve: (published, { data }) => [...published, data.catalogue],
};

/** Old shapes of the event of a publication; none yet. */
export const history: History = {};
