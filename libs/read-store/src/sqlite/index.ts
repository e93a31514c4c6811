export { openSqlite, type SqliteOptions } from './sqlite-read-store.ts';
