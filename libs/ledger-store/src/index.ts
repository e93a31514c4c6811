export { asWritten } from './as-written.ts';
export {
  lookIntoDataFolder,
  NoLedgerHere,
  openDataFolder,
  type BesideDataFolder,
  type DataFolder,
} from './data-folder.ts';
export { fillEmptyLedger, LedgerNotEmpty } from './fill-empty.ts';
export { history } from './history.ts';
