export { openPostgres, type PostgresOptions } from './postgres-read-store.ts';
