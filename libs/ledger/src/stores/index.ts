export { asWritten } from './raw-codec.ts';
export { batchesOf } from './batches.ts';
export { PROJECTING, SCHEDULING } from './lease-names.ts';
export { NoLedgerHere } from './data-folder.ts';
export { fillEmptyLedger, LedgerNotEmpty } from './import-into-empty.ts';
export { categories, history } from './upcasters.ts';
export { placesIn, usesFolder, whereLogIs, whereReadsAre, WrongPlace, type Places } from './locations.ts';
export { lookIntoStores, openStores, type BesideStores, type OpenOptions, type Stores } from './stores.ts';
