export { catalogue, type CatalogueTables } from './catalogue.projection.ts';
export { publishedCatalogues } from './catalogue.queries.ts';
