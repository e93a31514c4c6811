import { registryContract } from './contract/build-registry.ts';
import { buildContract } from './contract/builds.ts';
import { StoreHarness, type StoreFixture } from './contract/harness.ts';
import { leaseContract } from './contract/leases.ts';
import { rowContract } from './contract/rows.ts';
import { sequenceContract } from './contract/sequences.ts';
import { snapshotContract } from './contract/snapshots.ts';

export { type StoreFixture } from './contract/harness.ts';

/** What every read store does. An adapter's spec is a call of this with a place of its own for each test. */
export const readStoreContract = (name: string, newFixture: () => Promise<StoreFixture>): void => {
  describe(`the read store on ${name}`, () => {
    const harness = new StoreHarness();
    beforeEach(async () => {
      await harness.open(await newFixture());
    });
    afterEach(() => harness.close());

    rowContract(harness);
    sequenceContract(harness);
    buildContract(harness);
    registryContract(harness);
    leaseContract(harness);
    snapshotContract(harness);
  });
};
