export { asWritten } from './as-written.ts';
export { batchesOf } from './batches.ts';
export { PROJECTING, SCHEDULING } from './duties.ts';
export { NoLedgerHere } from './data-folder.ts';
export { fillEmptyLedger, LedgerNotEmpty } from './fill-empty.ts';
export { categories, history } from './history.ts';
export { placesIn, usesFolder, whereLogIs, whereReadsAre, WrongPlace, type Places } from './places.ts';
export { lookIntoStores, openStores, type BesideStores, type OpenOptions, type Stores } from './stores.ts';
