import type { Catalogue } from '#catalog';
import type { Kysely } from 'kysely';
import type { CatalogueTables } from './catalog.projection.ts';

/** Every published catalog, in the order of publication. */
export const publishedCatalogues = async (db: Kysely<CatalogueTables>): Promise<readonly Catalogue[]> => {
  const rows = await db.selectFrom('catalogues').select('content').orderBy('sequence').execute();
  return rows.map(({ content }) => JSON.parse(content) as Catalogue);
};
