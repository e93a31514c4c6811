export { openMemory } from './memory-event-store.ts';
