import type { ArgumentMetadata } from '@nestjs/common';
import { PurchaseBody, NothingBody, UpgradeBody } from '../subscriptions/subscriptions.schemas.ts';
import { SubscriptionsQuery } from '../subscriptions/subscriptions.views.ts';
import { fieldsOf, RequestValidationPipe } from './validation.pipe.ts';
import { InvalidRequest } from './problem.ts';

const pipe = new RequestValidationPipe();

const read = (value: unknown, metatype: ArgumentMetadata['metatype'], type: 'body' | 'query' = 'body') =>
  pipe.transform(value, { type, metatype });

const wrongWith = async (...what: Parameters<typeof read>): Promise<unknown> => {
  try {
    await read(...what);
  } catch (error) {
    if (error instanceof InvalidRequest) return error.facts['errors'];
    throw error;
  }
  return 'nothing';
};

const purchase = {
  customerId: '6F1C1A3E-0000-4000-8000-00000000ABCD',
  offerId: 'P',
  skuId: '1',
  quantity: 5,
  term: 'P1M',
  billingCycle: 'monthly',
};
const seats = 'must be a whole number from 1 to 2147483647';

describe('a body', () => {
  it('is accepted, with ids in lower case and without omitted fields', async () => {
    expect({ ...((await read(purchase, PurchaseBody)) as object) }).toEqual({
      ...purchase,
      customerId: '6f1c1a3e-0000-4000-8000-00000000abcd',
    });
  });

  it.each([
    ['quantity', 0, seats],
    ['quantity', -1, seats],
    ['quantity', 1.5, seats],
    ['quantity', '10', seats],
    ['quantity', 2 ** 31, seats],
    ['quantity', 2 ** 53, seats],
    ['quantity', null, seats],
    ['quantity', true, seats],
    ['quantity', [5], seats],
    ['customerId', 'contoso', 'must be a UUID'],
    ['subscriptionId', null, 'must be a UUID'],
    ['offerId', '', 'must be a text of 1 to 200 characters'],
    ['offerId', ' ', 'must be a text of 1 to 200 characters'],
    ['offerId', { name: 'P' }, 'must be a text of 1 to 200 characters'],
    ['friendlyName', 'x'.repeat(201), 'must be a text of 1 to 200 characters'],
    ['friendlyName', 'a\u0000b', 'must be a text of 1 to 200 characters'],
    ['friendlyName', 'half of an emoji: \ud83d', 'must be a text of 1 to 200 characters'],
    ['term', 'P1W', 'must be one of P1M, P1Y, P2Y, P3Y'],
    ['term', ['P1M'], 'must be one of P1M, P1Y, P2Y, P3Y'],
    ['billingCycle', 'Monthly', 'must be one of monthly, annual, triennial'],
    ['customTermEndDate', '2021-02-30', 'must be a date, such as 2021-06-18'],
    ['colour', 'red', 'is not known'],
    ['toString', 'x', 'is not known'],
    ['constructor', 1, 'is not known'],
  ])('is refused with %s: %j', async (path, value, message) => {
    expect(await wrongWith({ ...purchase, [path]: value }, PurchaseBody)).toEqual([{ path, message }]);
  });

  it('is reported with every error in it', async () => {
    const { term: _, ...rest } = purchase;
    expect(await wrongWith({ ...rest, quantity: 0 }, PurchaseBody)).toEqual([
      { path: 'quantity', message: seats },
      { path: 'term', message: 'must be one of P1M, P1Y, P2Y, P3Y' },
    ]);
  });

  it.each([[[]], ['text'], [5], [null], [false]])('cannot be %j', async (value) => {
    expect(await wrongWith(value, NothingBody)).toEqual([{ path: '', message: 'the body must be a JSON object' }]);
  });

  it('may be left out if it would be empty', async () => {
    expect(await wrongWith(undefined, NothingBody)).toBe('nothing');
    expect(await wrongWith({}, NothingBody)).toBe('nothing');
    expect(await wrongWith({ reason: 'x' }, NothingBody)).toEqual([{ path: 'reason', message: 'is not known' }]);
  });

  it('names a target in one of two ways', async () => {
    const body = { offerId: 'P', skuId: '2', quantity: 1 };
    const problem = [{ path: 'target', message: 'must be "new" or { "subscriptionId": a UUID }' }];
    const subscriptionId = '6f1c1a3e-0000-4000-8000-00000000abcd';
    expect(await wrongWith({ ...body, target: 'new' }, UpgradeBody)).toBe('nothing');
    expect(await wrongWith({ ...body, target: { subscriptionId } }, UpgradeBody)).toBe('nothing');
    expect(await wrongWith({ ...body, target: 'old' }, UpgradeBody)).toEqual(problem);
    expect(await wrongWith({ ...body, target: { subscriptionId, more: 1 } }, UpgradeBody)).toEqual(problem);
    expect(await wrongWith({ ...body, target: { subscriptionId: 'x' } }, UpgradeBody)).toEqual(problem);
    expect(await wrongWith(body, UpgradeBody)).toEqual(problem);
  });
});

describe('a query', () => {
  const list = (query: object) => wrongWith(query, SubscriptionsQuery, 'query');

  it('has a default limit of 50', async () => {
    expect(await read({}, SubscriptionsQuery, 'query')).toMatchObject({ limit: 50 });
    expect(await read({ limit: '500' }, SubscriptionsQuery, 'query')).toMatchObject({ limit: 500 });
  });

  it.each(['0', '501', '1.5', '-1', 'ten', '', ['1', '2']])('is refused with the limit %j', async (limit) => {
    expect(await list({ limit })).toEqual([{ path: 'limit', message: 'must be a whole number from 1 to 500' }]);
  });

  it('is refused with an unknown parameter', async () => {
    expect(await list({ costumerId: 'x' })).toEqual([{ path: 'costumerId', message: 'is not known' }]);
    expect(await list(Object.fromEntries([['__proto__', '1']]))).toEqual([
      { path: '__proto__', message: 'is not known' },
    ]);
  });
});

describe('a path', () => {
  it('names the position within lists and objects', () => {
    const leaf = (property: string) => ({ property, constraints: { field: 'is wrong' } });
    const errors = [{ property: 'lines', children: [{ property: '0', children: [leaf('quantity')] }] }];
    expect(fieldsOf(errors)).toEqual([{ path: 'lines[0].quantity', message: 'is wrong' }]);
  });
});
