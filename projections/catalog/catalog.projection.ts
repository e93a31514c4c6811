import type { CataloguePublished } from '#catalog';
import { projection, put } from '#kernel';

export type CatalogueRow = {
  readonly version: string;
  /** Counted in the order of publication. */
  readonly sequence: number;
  readonly effective_from: string;
  readonly published_at: string;
  /** JSON: the whole catalogue. */
  readonly content: string;
};

export type CatalogueTables = { readonly catalogues: CatalogueRow };

/** Every published catalog. */
export const catalogue = projection<CataloguePublished>({
  name: 'catalogue',
  version: 1,
  tables: {
    catalogues: {
      key: ['version'],
      columns: {
        version: 'text',
        sequence: 'sequence',
        effective_from: 'text',
        published_at: 'text',
        content: 'json',
      },
    },
  },
  on: {
    CataloguePublished: ({ data }) =>
      put('catalogues', {
        version: data.catalogue.version,
        effective_from: data.catalogue.effectiveFrom,
        published_at: data.effectiveAt,
        content: JSON.stringify(data.catalogue),
      }),
  },
});
