import { addSeats, autoRenew, cancel, pause, rename, upgrade } from '../asks.testing.ts';
import { bought, rules } from '../subscription.testing.ts';

const at = '2022-03-02T09:00:00.000Z';
const end = '2023-03-02T00:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };
const ending = (setting = {}) => bought(at, { term: 'P1Y' }, setting).does(at, autoRenew(false));
const asPaused = (setting = {}) => bought(at, { term: 'P1Y' }, setting).does(at, pause());

describe('a term that does not renew', () => {
  it('ends in deletion under the seed, paused or not (R43, A10)', () => {
    for (const story of [ending(), asPaused()])
      expect(story.settled(end).last.at(-1)).toEqual({
        type: 'SubscriptionDeleted',
        data: { cause: 'termEnded', effectiveAt: end },
      });
  });

  it('runs until the last instant of its last day', () => {
    expect(ending().settled('2023-03-01T23:59:59.999Z').state.status).toBe('active');
  });

  it('leads under docs-2022-03 to 30 days expired, 90 days disabled, and then to deletion', () => {
    const story = ending(docs).settled('2023-03-01T23:59:59.999Z').settled('2024-01-01T00:00:00.000Z');
    expect(story.last).toEqual([
      { type: 'SubscriptionExpired', data: { until: '2023-04-01T00:00:00.000Z', effectiveAt: end } },
      {
        type: 'SubscriptionDisabled',
        data: { until: '2023-06-30T00:00:00.000Z', effectiveAt: '2023-04-01T00:00:00.000Z' },
      },
      { type: 'SubscriptionDeleted', data: { cause: 'stageEnded', effectiveAt: '2023-06-30T00:00:00.000Z' } },
    ]);
    expect(story.money(story.last)).toEqual([]);
  });

  it('leads from paused to 120 days disabled, since there is no access to lose', () => {
    const story = asPaused(docs).settled('2023-03-01T23:59:59.999Z').settled('2024-01-01T00:00:00.000Z');
    expect(story.last).toEqual([
      { type: 'SubscriptionDisabled', data: { until: '2023-06-30T00:00:00.000Z', effectiveAt: end } },
      { type: 'SubscriptionDeleted', data: { cause: 'stageEnded', effectiveAt: '2023-06-30T00:00:00.000Z' } },
    ]);
  });

  it.each([
    ['expired', '2023-03-10T00:00:00.000Z'],
    ['disabled', '2023-05-01T00:00:00.000Z'],
  ])('leaves a subscription that is %s unchangeable, except for its name', (status, when) => {
    const story = ending(docs).settled(when);
    expect(story.state.status).toBe(status);
    for (const ask of [addSeats(1), cancel, pause(), autoRenew(true)]) expect(story.no(when, ask)).toBe('NOT_ACTIVE');
    expect(story.no(when, upgrade('STANDARD', 10))).toBe('SOURCE_NOT_ACTIVE');
    expect(story.no(when, rename('Old'))).toBeUndefined();
  });
});
