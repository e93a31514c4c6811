import { addSeats, cancel, convert, removeSeats, upgrade } from './asks.testing.ts';
import { bought, catalogue, deliver, linesOf, offer, plan, rules, shelf, type Story } from './subscription.testing.ts';

const docs = { policies: rules('docs-2022-03') };

describe('the figures of the rule book', () => {
  it('W1: ten seats at 10.08 are bought from 18 June 2021, for a month', () => {
    expect(bought('2021-06-18T09:00:00.000Z').money()).toEqual([
      'new 100.80 for 10, 2021-06-18 to 2021-07-17, 30/30 whole-cycle',
    ]);
  });

  it('W2: the same seats are renewed', () => {
    const renewed = bought('2021-06-18T09:00:00.000Z').settled('2021-07-18T00:00:00.000Z');
    expect(renewed.money(renewed.last)).toEqual(['renew 100.80 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle']);
  });

  it('W3: an annual term is charged monthly, up to the period that begins in May 2022', () => {
    const year = bought('2021-06-18T09:00:00.000Z', { term: 'P1Y' }).settled('2022-06-17T23:59:59.999Z');
    expect(year.money()).toEqual([
      'new 100.80 for 10, 2021-06-18 to 2021-07-17, 30/30 whole-cycle',
      'cycleCharge 100.80 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
      'cycleCharge 100.80 for 10, 2021-08-18 to 2021-09-17, 31/31 whole-cycle',
      'cycleCharge 100.80 for 10, 2021-09-18 to 2021-10-17, 30/30 whole-cycle',
      'cycleCharge 100.80 for 10, 2021-10-18 to 2021-11-17, 31/31 whole-cycle',
      'cycleCharge 100.80 for 10, 2021-11-18 to 2021-12-17, 30/30 whole-cycle',
      'cycleCharge 100.80 for 10, 2021-12-18 to 2022-01-17, 31/31 whole-cycle',
      'cycleCharge 100.80 for 10, 2022-01-18 to 2022-02-17, 31/31 whole-cycle',
      'cycleCharge 100.80 for 10, 2022-02-18 to 2022-03-17, 28/28 whole-cycle',
      'cycleCharge 100.80 for 10, 2022-03-18 to 2022-04-17, 31/31 whole-cycle',
      'cycleCharge 100.80 for 10, 2022-04-18 to 2022-05-17, 30/30 whole-cycle',
      'cycleCharge 100.80 for 10, 2022-05-18 to 2022-06-17, 31/31 whole-cycle',
    ]);
  });

  it('W4: an annual term paid upfront is one line', () => {
    const upfront = bought('2021-06-18T09:00:00.000Z', { term: 'P1Y', billingCycle: 'annual' });
    expect(upfront.settled('2022-06-17T23:59:59.999Z').money()).toEqual([
      'new 1209.60 for 10, 2021-06-18 to 2022-06-17, 365/365 whole-cycle',
    ]);
  });

  it('W5: two more seats are added on 20 June', () => {
    const more = bought('2021-06-18T09:00:00.000Z').does('2021-06-20T10:00:00.000Z', addSeats(2));
    expect(more.money(more.last)).toEqual([
      'addQuantity -94.08 for 10, 2021-06-20 to 2021-07-17, 28/30 line-down',
      'addQuantity 112.89 for 12, 2021-06-20 to 2021-07-17, 28/30 line-down',
    ]);
    expect(linesOf(more.last).map(({ effectiveUnitPrice }) => effectiveUnitPrice)).toEqual(['9.408', '9.408']);
  });

  it('W6 (docs-2022-03): then four seats are removed on the same day', () => {
    const fewer = bought('2021-06-18T09:00:00.000Z', {}, docs)
      .does('2021-06-20T10:00:00.000Z', addSeats(2))
      .does('2021-06-20T11:00:00.000Z', removeSeats(4));
    expect(fewer.money(fewer.last)).toEqual([
      'removeQuantity -112.89 for 12, 2021-06-20 to 2021-07-17, 28/30 line-down',
      'removeQuantity 75.26 for 8, 2021-06-20 to 2021-07-17, 28/30 line-down',
    ]);
  });

  it('W8: a subscription bought on 15 July 2021 is cancelled on the 17th', () => {
    const ended = bought('2021-07-15T09:00:00.000Z').does('2021-07-17T12:00:00.000Z', cancel);
    expect(ended.money(ended.last)).toEqual([
      'cancelImmediate -94.20 for 10, 2021-07-17 to 2021-08-14, 29/31 unit-down',
    ]);
    expect(linesOf(ended.last)[0]?.effectiveUnitPrice).toBe('9.42');
  });

  it('W9: all of 300 seats upgraded on 25 June keep their subscription', () => {
    const all = bought('2021-06-18T09:00:00.000Z', { quantity: 300 });
    expect(all.money()).toEqual(['new 3024.00 for 300, 2021-06-18 to 2021-07-17, 30/30 whole-cycle']);
    all.does('2021-06-25T09:00:00.000Z', upgrade('STANDARD', 300));
    expect(all.money(all.last)).toEqual([
      'convert -2316.00 for 300, 2021-06-25 to 2021-07-17, 23/30 unit-down',
      'convert 1476.00 for 300, 2021-06-25 to 2021-07-17, 23/30 unit-down',
    ]);
    expect(linesOf(all.last).map(({ effectiveUnitPrice }) => effectiveUnitPrice)).toEqual(['7.72', '4.92']);
    expect(all.state).toMatchObject({ subscriptionId: 's1', offerId: 'STANDARD', quantity: 300 });
  });

  it('W10: 100 of 300 seats move to a new subscription, under one reference', () => {
    const source = bought('2021-06-18T09:00:00.000Z', { quantity: 300 });
    source.does('2021-06-25T09:00:00.000Z', upgrade('STANDARD', 100));
    expect(source.money(source.last)).toEqual(['convert -772.00 for 100, 2021-06-25 to 2021-07-17, 23/30 unit-down']);
    const child = deliver(source, '2021-06-25T09:00:01.000Z') as Story;
    expect(child.money()).toEqual(['convert 492.00 for 100, 2021-06-25 to 2021-07-17, 23/30 unit-down']);
    expect([source.state.quantity, child.state.quantity]).toEqual([200, 100]);
    expect(child.state.subscriptionId).toBe('s-child');
    const references = [...source.events, ...child.events].flatMap((event) =>
      event.type === 'ChargesPosted' && event.data.lines[0]?.chargeType === 'convert' ? [event.data.referenceId] : [],
    );
    expect(new Set(references).size).toBe(1);
  });

  it('W11: a trial of 25 seats is converted on its first day', () => {
    const trial = bought('2021-06-25T09:00:00.000Z', { offerId: 'TRIAL', quantity: 25 });
    expect(trial.money()).toEqual(['new 0.00 for 25, 2021-06-25 to 2021-07-24, 30/30 whole-cycle']);
    trial.does('2021-06-25T10:00:00.000Z', convert());
    expect(trial.money(trial.last)).toEqual([
      'convert 0.00 for 25, 2021-06-25 to 2021-07-24, 30/30 whole-cycle',
      'convert 1315.25 for 25, 2021-06-25 to 2021-07-24, 30/30 whole-cycle',
    ]);
  });

  it.each([
    ['2021-01-31', '2021-02-27', '2021-02-28'],
    ['2021-02-28', '2021-03-27', '2021-03-28'],
    ['2021-05-31', '2021-06-29', '2021-06-30'],
    ['2021-06-30', '2021-07-29', '2021-07-30'],
    ['2021-07-31', '2021-08-30', '2021-08-31'],
  ])('W14: a month bought on %s ends with %s and renews on %s', (day, last, renewal) => {
    const month = bought(`${day}T09:00:00.000Z`);
    expect(month.state.termEnd).toBe(last);
    expect(month.settled(`${renewal}T00:00:00.000Z`).state.termStart).toBe(renewal);
  });

  it('W15: a year charged monthly from 31 January 2021 keeps aiming at the 31st', () => {
    const year = bought('2021-01-31T09:00:00.000Z', { term: 'P1Y' }).settled('2022-01-30T23:59:59.999Z');
    expect(year.state.termEnd).toBe('2022-01-30');
    expect(linesOf(year.events).map(({ chargeStart, chargeEnd }) => [chargeStart, chargeEnd])).toEqual([
      ['2021-01-31', '2021-02-27'],
      ['2021-02-28', '2021-03-30'],
      ['2021-03-31', '2021-04-29'],
      ['2021-04-30', '2021-05-30'],
      ['2021-05-31', '2021-06-29'],
      ['2021-06-30', '2021-07-30'],
      ['2021-07-31', '2021-08-30'],
      ['2021-08-31', '2021-09-29'],
      ['2021-09-30', '2021-10-30'],
      ['2021-10-31', '2021-11-29'],
      ['2021-11-30', '2021-12-30'],
      ['2021-12-31', '2022-01-30'],
    ]);
    year.settled('2022-01-31T00:00:00.000Z');
    expect(year.money(year.last)).toEqual(['renew 100.80 for 10, 2022-01-31 to 2022-02-27, 28/28 whole-cycle']);
  });

  it('W18: a cycle has its actual number of days', () => {
    const year = bought('2022-02-21T09:00:00.000Z', { term: 'P1Y' }).settled('2022-03-21T00:00:00.000Z');
    expect(
      linesOf(year.events).map(({ chargeStart, chargeEnd, cycleDays }) => [chargeStart, chargeEnd, cycleDays]),
    ).toEqual([
      ['2022-02-21', '2022-03-20', 28],
      ['2022-03-21', '2022-04-20', 31],
    ]);
  });

  it('W21a: a year from 14 January 2021, 16:57:14, has its last day and renewal', () => {
    expect(bought('2021-01-14T16:57:14.000Z', { term: 'P1Y' }).state).toMatchObject({
      termStart: '2021-01-14',
      termEnd: '2022-01-13',
      purchasedAt: '2021-01-14T16:57:14.000Z',
    });
  });

  it('W44 (docs-2022-03): a cancellation five days into a year costs exactly those five days', () => {
    const catalogues = [
      catalogue('one', '2021-01-01T00:00:00Z', [
        ...shelf,
        offer('DAILY', [{ plans: [plan('P1Y', 'annual', '365.00')] }]),
      ]),
    ];
    const details = { offerId: 'DAILY', quantity: 3, term: 'P1Y', billingCycle: 'annual' } as const;
    const ended = bought('2022-04-01T09:00:00.000Z', details, { ...docs, catalogues }).does(
      '2022-04-06T09:00:00.000Z',
      cancel,
    );
    expect(ended.money()).toEqual([
      'new 1095.00 for 3, 2022-04-01 to 2023-03-31, 365/365 whole-cycle',
      'cancelImmediate -1080.00 for 3, 2022-04-06 to 2023-03-31, 360/365 unit-down',
    ]);
  });

  it('W45 (docs-2022-03): the windows open again with the renewal, to the millisecond', () => {
    const renewed = () => bought('2022-03-02T09:00:00.000Z', { term: 'P1Y' }, docs).settled('2023-03-02T00:00:00.000Z');
    expect(renewed().state).toMatchObject({ termStart: '2023-03-02', termStartedAt: '2023-03-02T00:00:00.000Z' });
    const refund = (at: string) => renewed().does(at, cancel).last[0]?.data;
    expect(refund('2023-03-03T00:00:00.000Z')).toMatchObject({ refund: 'full' });
    expect(refund('2023-03-03T00:00:00.001Z')).toMatchObject({ refund: 'prorated' });
    expect(refund('2023-03-09T00:00:00.000Z')).toMatchObject({ refund: 'prorated' });
    expect(renewed().no('2023-03-09T00:00:00.001Z', cancel)).toBe('CANCELLATION_WINDOW_PASSED');
    expect(bought('2022-03-02T09:00:00.000Z', { term: 'P1Y' }, docs).no('2023-03-01T23:59:59.999Z', cancel)).toBe(
      'CANCELLATION_WINDOW_PASSED',
    );
  });

  it.each([
    ['P1Y', '2021-04-15', '2022-04-14'],
    ['P1M', '2021-04-14', '2021-05-13'],
    ['P3Y', '2021-05-25', '2024-05-24'],
  ] as const)('W47: a term of %s from %s ends with %s', (term, day, last) => {
    expect(bought(`${day}T09:00:00.000Z`, { term }).state.termEnd).toBe(last);
  });
});
