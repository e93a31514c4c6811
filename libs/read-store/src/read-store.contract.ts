import { bookContract } from './contract/build-registry.ts';
import { buildContract } from './contract/builds.ts';
import { Bench, type Place } from './contract/harness.ts';
import { leaseContract } from './contract/leases.ts';
import { rowContract } from './contract/rows.ts';
import { sequenceContract } from './contract/sequences.ts';

export { type Place } from './contract/harness.ts';

/** What every read store does. An adapter's spec is a call of this with a place of its own for each test. */
export const readStoreContract = (name: string, place: () => Promise<Place>): void => {
  describe(`the read store on ${name}`, () => {
    const bench = new Bench();
    beforeEach(async () => {
      await bench.open(await place());
    });
    afterEach(() => bench.close());

    rowContract(bench);
    sequenceContract(bench);
    buildContract(bench);
    bookContract(bench);
    leaseContract(bench);
  });
};
