export { FolderInUse, FolderUnusable, lockFolder } from './folder-lock.ts';
export { closeDatabaseToOthers } from './private-files.ts';
export { openSqlite } from './sqlite-event-store.ts';
export { makeDatabaseFile, WriteLock } from './write-lock.ts';
export { type Verification } from './verification.ts';
