import { appending } from './appending.contract.ts';
import { following } from './following.contract.ts';
import { reading } from './reading.contract.ts';
import type { Open } from './testing.ts';

/** The promises of every adapter: its spec runs this suite. Positions are only ever compared. */
export const eventStoreContract = (name: string, open: Open): void => {
  describe(`${name}, as an event store`, () => {
    reading(open);
    appending(open);
    following(open);
  });
};
