export { rawCodec } from './raw-codec.ts';
export { batchesOf } from './batches.ts';
export { PROJECTOR_LEASE, SCHEDULER_LEASE } from './lease-names.ts';
export { NoLedgerHere } from './data-folder.ts';
export { importIntoEmpty, LedgerNotEmpty } from './import-into-empty.ts';
export { categories, history } from './upcasters.ts';
export {
  storeLocationsFrom,
  usesFolder,
  whereLogIs,
  whereReadsAre,
  InvalidStoreUrl,
  type StoreLocations,
} from './locations.ts';
export { openStoresReadOnly, openStores, type ReadOnlyStores, type OpenOptions, type Stores } from './stores.ts';
