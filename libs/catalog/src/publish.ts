import { hidden, commandClass, refuse, type Decider, type Event, type History } from '#kernel';
import type { Catalogue } from './catalog.ts';
import type { RefusalCode } from './refusals.ts';

/** The stream of all published catalogues is `catalog-main`. */
export const CATALOGUE_ID = 'main';

/** Put a catalog in force from its `effectiveFrom` on. Operator only. */
export class PublishCatalogue extends commandClass('PublishCatalogue')<{ readonly catalogue: Catalogue }> {
  /** All versions are published on one stream. */
  static streamOf(): `catalog-${string}` {
    return `catalog-${CATALOGUE_ID}`;
  }
}

/** A catalog was published; it is in force from its own `effectiveFrom` on. */
export type CataloguePublished = Event<'CataloguePublished', { readonly catalogue: Catalogue }>;

/** Every version ever published, in order: each is kept for what was bought under it. */
export type PublishedCatalogues = readonly Catalogue[];

/** The published catalogs. Publishing the same version again changes nothing, unless its content differs: then it is refused. */
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
