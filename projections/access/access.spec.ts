import { CreateKey, key, partner, RegisterPartner, RevokeKey } from '#access';
import { rowsAfter } from '#kernel/testing';
import { ReadModels } from '../store.testing.ts';
import { uuid, WrittenLog } from '../testing.ts';
import { access, findKey, findPartner, listKeys, listPartners } from './index.ts';

const at = '2021-06-18T09:00:00.000Z';
const hash = (letter: string) => letter.repeat(64);

const log = new WrittenLog();
const facts = { model: 'directBill', cloud: 'global', newCommercePreview: true } as const;
log.send(partner, 'p1', new RegisterPartner({ partnerId: 'p1', name: 'One', ...facts }, log.meta(at)));
const other = { partnerId: 'p2', name: 'Two', ...facts, cloud: 'usgov', newCommercePreview: false } as const;
log.send(partner, 'p2', new RegisterPartner(other, log.meta(at)));
for (const [n, partnerId, name] of [
  [1, 'p1', 'boss'],
  [2, 'p2', 'till'],
  [3, 'p1', 'audit'],
] as const) {
  const role = n === 3 ? ('auditor' as const) : ('global-admin' as const);
  const data = { keyId: uuid(n), partnerId, name, role, hash: hash(String(n)), operator: n === 1 };
  log.send(key, uuid(n), new CreateKey(data, log.meta(at)));
}
log.send(key, uuid(3), new RevokeKey({ keyId: uuid(3) }, log.meta('2021-06-19T09:00:00.000Z')));

describe('partners and keys', () => {
  it('appear as they were registered', () => {
    expect(rowsAfter(access, 'partners', ...log.events)[1]).toEqual({
      partner_id: 'p2',
      name: 'Two',
      model: 'directBill',
      cloud: 'usgov',
      new_commerce_preview: 0,
      registered_at: at,
    });
    expect(rowsAfter(access, 'api_keys', ...log.events)[0]).toEqual({
      key_id: uuid(1),
      partner_id: 'p1',
      name: 'boss',
      role: 'global-admin',
      hash: hash('1'),
      operator: 1,
      created_at: at,
      revoked: 0,
      revoked_at: null,
    });
  });

  it('stay on the list when a key is revoked', () => {
    expect(rowsAfter(access, 'api_keys', ...log.events)[2]).toMatchObject({
      revoked: 1,
      revoked_at: '2021-06-19T09:00:00.000Z',
    });
  });
});

describe('asking for partners and keys', () => {
  let models: ReadModels;
  beforeAll(async () => {
    models = await (await ReadModels.open()).follow(log.events);
  });
  afterAll(() => models.store.close());

  it('never shows a hash', async () => {
    const { items } = await listKeys(models.db, undefined, { limit: 5 });
    expect(JSON.stringify([items, await findKey(models.db, undefined, uuid(1))])).not.toContain(hash('1'));
  });

  it('lists the keys of one partner, or all keys for the operator', async () => {
    const names = async (partnerId?: string) =>
      (await listKeys(models.db, partnerId, { limit: 5 })).items.map(({ name }) => name);
    expect(await names('p1')).toEqual(['boss', 'audit']);
    expect(await names('p3')).toEqual([]);
    expect(await names()).toEqual(['boss', 'till', 'audit']);
  });

  it('continues where the previous page ended', async () => {
    const first = await listKeys(models.db, undefined, { limit: 2 });
    const second = await listKeys(models.db, undefined, { limit: 2, cursor: first.nextCursor ?? '' });
    expect(second).toMatchObject({ items: [{ name: 'audit' }], nextCursor: null });
    const page = await listPartners(models.db, { limit: 1 });
    expect(await listPartners(models.db, { limit: 1, cursor: page.nextCursor ?? '' })).toEqual({
      items: [{ ...other, registeredAt: at }],
      nextCursor: null,
    });
  });

  it('finds one key or partner, but no key of another partner', async () => {
    expect(await findKey(models.db, 'p1', uuid(1))).toMatchObject({ name: 'boss' });
    expect(await findKey(models.db, 'p1', uuid(2))).toBeUndefined();
    expect(await findKey(models.db, undefined, uuid(2))).toMatchObject({ name: 'till' });
    expect(await findPartner(models.db, 'p1')).toMatchObject({ name: 'One', newCommercePreview: true });
    expect(await findPartner(models.db, 'p9')).toBeUndefined();
  });
});
