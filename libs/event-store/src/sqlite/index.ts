export { FolderInUse, FolderUnusable, lockFolder } from './folder-lock.ts';
export { openSqlite } from './sqlite-event-store.ts';
