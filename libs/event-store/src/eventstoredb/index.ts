export { openEventStoreDb, type EventStoreDb, type EventStoreDbOptions } from './eventstoredb-event-store.ts';
