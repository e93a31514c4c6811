import { meta } from './subscription.testing.ts';
import { verbs } from './verbs.ts';

describe('the list of verbs', () => {
  it.each(Object.entries(verbs))('has %s under the type of its command', (type, { command }) => {
    expect(new command({ subscriptionId: 's1' } as never, meta('2021-06-18T09:00:00.000Z')).type).toBe(type);
  });
});
