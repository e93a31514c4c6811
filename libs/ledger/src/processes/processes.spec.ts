import { START } from '#kernel';
import { openSqlite } from '#read-store/sqlite';
import { memory, writeSide } from '../fixtures.testing.ts';
import { process, processNames } from './process.ts';
import { processesOf } from './processes.ts';

describe('the processes of a ledger', () => {
  it('keep the names of their checkpoints, and handle the events that start them', async () => {
    const reads = await openSqlite({ path: ':memory:' });
    const processes = processesOf(await writeSide(memory(), reads));
    await reads.close();
    expect(processes.map(({ name, handles }) => [name, handles])).toEqual([
      ['upgrades', ['UpgradeStarted']],
      ['purchases', ['OfferSlotClaimed']],
      ['increases', ['SeatsClaimed']],
      ['orders', ['CartOrdered']],
    ]);
    expect(processes.map(({ name }) => name)).toEqual(processNames);
  });

  it('pass over events of other types', async () => {
    const seen: string[] = [];
    const named = process<{ type: 'Named'; data: { effectiveAt: string; name: string } }>({
      name: 'orders',
      on: {
        Named: ({ data }) => {
          seen.push(data.name);
          return Promise.resolve();
        },
      },
    });
    const event = (type: string, name: string) => ({
      type,
      data: { effectiveAt: '2021-06-18T09:00:00.000Z', name },
      id: name,
      stream: 'a-1',
      revision: 0,
      position: START,
      meta: {
        commandId: name,
        fingerprint: '',
        $correlationId: name,
        $causationId: name,
        actor: { id: 'ada', role: 'system' as const, partnerId: 'p1' },
        recordedAt: '2021-06-18T09:00:00.000Z',
        schema: 1,
      },
    });
    await named.react(event('Named', 'first'));
    await named.react(event('Renamed', 'second'));
    expect(seen).toEqual(['first']);
  });
});
