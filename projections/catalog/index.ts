export { catalogue, type CatalogueTables } from './catalog.projection.ts';
export { publishedCatalogues } from './catalog.queries.ts';
