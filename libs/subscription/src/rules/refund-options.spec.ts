import { cancel } from '../asks.testing.ts';
import { refundOptions } from './refund-options.ts';
import { advanceTo } from '../time/advance.ts';
import { bought, meta, rules, type Story } from '../subscription.testing.ts';

const at = '2021-06-18T09:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };
const options = (story: Story, when: string) =>
  refundOptions(advanceTo(story.state, when, story.context).state, meta(when, 'auditor'), story.context);

describe('refund options of new commerce', () => {
  it('show the last instant of each window, to every reader (R63, R64, A4)', () => {
    expect(options(bought(at), at)).toEqual([
      { type: 'full', expiresAt: '2021-06-19T09:00:00.000Z' },
      { type: 'partial', expiresAt: '2021-07-18T09:00:00.000Z' },
    ]);
    expect(options(bought(at, {}, docs), at)).toEqual([
      { type: 'full', expiresAt: '2021-06-19T09:00:00.000Z' },
      { type: 'partial', expiresAt: '2021-06-25T09:00:00.000Z' },
    ]);
  });

  it('no longer include the full one a millisecond after its last instant, and later the partial one', () => {
    const year = bought(at, { term: 'P1Y' });
    expect(options(year, '2021-06-19T09:00:00.000Z').map(({ type }) => type)).toEqual(['full', 'partial']);
    expect(options(year, '2021-06-19T09:00:00.001Z').map(({ type }) => type)).toEqual(['partial']);
    expect(options(year, '2021-07-18T09:00:00.000Z').map(({ type }) => type)).toEqual(['partial']);
    expect(options(year, '2021-07-18T09:00:00.001Z')).toEqual([]);
  });

  it('W45 (docs-2022-03): open again with the renewal', () => {
    const story = bought('2022-03-02T09:00:00.000Z', { term: 'P1Y' }, docs);
    expect(options(story, '2023-03-02T00:00:00.000Z')).toEqual([
      { type: 'full', expiresAt: '2023-03-03T00:00:00.000Z' },
      { type: 'partial', expiresAt: '2023-03-09T00:00:00.000Z' },
    ]);
  });

  it('are empty for a deleted subscription, or a trial that may not be cancelled', () => {
    expect(options(bought(at).does(at, cancel), at)).toEqual([]);
    expect(options(bought(at, { offerId: 'TRIAL', quantity: 25 }, docs), at)).toEqual([]);
  });
});
