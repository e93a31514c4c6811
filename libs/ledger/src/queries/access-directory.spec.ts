import { randomUUID } from 'node:crypto';
import { codec, NO_STREAM, type Draft, type EventStore } from '#event-store';
import { openMemory } from '#event-store/memory';
import type { Logger } from '#read-store';
import { AccessDirectory } from './access-directory.ts';

const nothing = (): void => undefined;
const silent: Logger = { info: nothing, warn: nothing, error: nothing };

const effectiveAt = '2021-06-18T09:00:00.000Z';
const id = '00000000-0000-4000-8000-000000000001';
const draft = (type: string, data: object): Draft => ({
  id: randomUUID(),
  type,
  data: { effectiveAt, ...data },
  meta: {
    commandId: id,
    $correlationId: id,
    $causationId: id,
    actor: { id: 'bootstrap', role: 'system', partnerId: 'p1' },
    recordedAt: effectiveAt,
    schema: 1,
    fingerprint: '0',
  },
});

const facts = { model: 'directBill', cloud: 'global', newCommercePreview: true };
const keyCreated = (keyId: string, hash: string) =>
  draft('KeyCreated', { keyId, partnerId: 'p1', name: 'till', role: 'auditor', hash, operator: false });

describe('the directory of keys and partners', () => {
  let store: EventStore;
  let directory: AccessDirectory;

  const open = () => new AccessDirectory({ store, logger: silent });
  const last = async (stream: string, event: Draft, revision = NO_STREAM) =>
    (await store.append(stream, [event], revision)).position;

  beforeEach(async () => {
    store = openMemory({ codec: codec({}) });
    await last('partner-p1', draft('PartnerRegistered', { partnerId: 'p1', name: 'One', ...facts }));
    await last('key-1', keyCreated('1', 'aa'));
    await last('key-2', keyCreated('2', 'bb'));
    await last('key-2', draft('KeyRevoked', { keyId: '2' }), 0);
    directory = open();
  });
  afterEach(async () => {
    await directory.stop();
    await store.close();
  });

  it('rejects every caller, and says why, until it has read everything that is recorded', async () => {
    expect([directory.isWhole, directory.holderOf('aa')]).toEqual([false, undefined]);
    await directory.start();
    expect(directory.isWhole).toBe(true);
    expect(directory.holderOf('aa')).toEqual({
      actor: { id: '1', role: 'auditor', partnerId: 'p1' },
      operator: false,
      partner: facts,
    });
    expect([directory.holderOf('bb'), directory.holderOf('cc')]).toEqual([undefined, undefined]);
  });

  it("learns of another process's events", async () => {
    await directory.start();
    await directory.reached(await last('key-3', keyCreated('3', 'cc')), 5_000);
    expect(directory.holderOf('cc')?.actor.id).toBe('3');
    const revoked = directory.revocationOf('1');
    expect(revoked?.aborted).toBe(false);
    await directory.reached(await last('key-1', draft('KeyRevoked', { keyId: '1' }), 0), 5_000);
    expect([directory.holderOf('aa'), revoked?.aborted]).toEqual([undefined, true]);
  });

  it('accepts a secret that was created again under another id, until that key is revoked', async () => {
    await directory.start();
    await directory.reached(await last('key-4', keyCreated('4', 'aa')), 5_000);
    directory.revoke('1');
    expect(directory.holderOf('aa')?.actor.id).toBe('4');
    directory.revoke('4');
    expect(directory.holderOf('aa')).toBeUndefined();
  });

  it('continues at its position after the log could not be read for a while', async () => {
    let fails = 1;
    const flaky: EventStore = {
      read: (stream) => store.read(stream),
      append: (stream, events, expected) => store.append(stream, events, expected),
      follow: (position, signal, categories) => {
        if (fails-- > 0) throw new Error('the log is away');
        return store.follow(position, signal, categories);
      },
      logEnd: () => store.logEnd(),
      close: () => store.close(),
    };
    directory = new AccessDirectory({ store: flaky, logger: silent });
    await directory.start();
    expect(directory.holderOf('aa')?.actor.id).toBe('1');
  });
});
