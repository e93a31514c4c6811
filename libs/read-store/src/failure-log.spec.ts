import { Complaint } from './failure-log.ts';
import { silent } from './logger.ts';

it('says each reason once, also where they take turns, and says them anew after it has worked', () => {
  const said: string[] = [];
  const complaint = new Complaint({ ...silent, error: (_, sentence) => said.push(sentence) }, 'nothing moves');
  for (const reason of ['away', 'starting', 'away', 'starting']) complaint.about(new Error(reason));
  expect(said).toEqual(['nothing moves: away', 'nothing moves: starting']);
  complaint.settled();
  expect(complaint.about(new Error('away'), { projection: 'billing' })).toBe('away');
  expect(said).toHaveLength(3);
});
