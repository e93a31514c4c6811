import { appending } from './appending.contract.ts';
import type { EventStore } from './event-store.ts';
import { following } from './following.contract.ts';
import { reading } from './reading.contract.ts';

/** Opens a store for one test, which closes it. Its log may already hold other events. */
export type Open = () => EventStore | Promise<EventStore>;

/** What every adapter promises: its spec runs this suite. Positions are only ever compared. */
export const eventStoreContract = (name: string, open: Open): void => {
  describe(`${name}, as an event store`, () => {
    reading(open);
    appending(open);
    following(open);
  });
};
