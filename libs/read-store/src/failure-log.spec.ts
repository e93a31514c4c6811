import { FailureLog } from './failure-log.ts';
import { silent } from './logger.ts';

it('says each reason once, also where they take turns, and says them anew after it has worked', () => {
  const said: string[] = [];
  const failures = new FailureLog({ ...silent, error: (_, sentence) => said.push(sentence) }, 'nothing moves');
  for (const reason of ['away', 'starting', 'away', 'starting']) failures.report(new Error(reason));
  expect(said).toEqual(['nothing moves: away', 'nothing moves: starting']);
  failures.clear();
  expect(failures.report(new Error('away'), { projection: 'billing' })).toBe('away');
  expect(said).toHaveLength(3);
});
