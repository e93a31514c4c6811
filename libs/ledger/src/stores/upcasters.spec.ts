import { key, partner } from '#access';
import { simulatedClock } from '#calendar';
import { cataloguePublication, timeline } from '#catalog';
import { customer } from '#customer';
import { cart, order } from '#order';
import { policyAdoption, timelineOf } from '#policy';
import { subscription } from '#subscription';
import { categories } from './upcasters.ts';

it('every aggregate has its category in the list, otherwise an EventStoreDB log would not be followed for it', () => {
  const policies = timelineOf('seed-2021-09');
  const aggregates = [
    cart({ policies, naming: {} as never }),
    cataloguePublication,
    simulatedClock,
    customer,
    key,
    order,
    partner,
    policyAdoption,
    subscription({ catalogue: timeline([]), policies }),
  ];
  expect(aggregates.map(({ category }) => category)).toEqual(categories);
});
