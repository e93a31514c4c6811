import type { Meta } from '#kernel';
import { givenFor } from '#kernel/testing';
import { AdoptPolicy, parsePolicyTimeline, policyAdoption, timelineOf, type PolicyTimeline } from './index.ts';

const at = '2021-06-18T09:00:00.000Z';

const meta: Meta = {
  commandId: 'a-command',
  at,
  actor: { id: 'start', role: 'system', partnerId: 'default' },
  correlationId: 'a-command',
  causationId: 'a-command',
};

const file = (...timeline: readonly object[]): PolicyTimeline => {
  const parsed = parsePolicyTimeline({ timeline });
  if ('errors' in parsed) throw new Error(JSON.stringify(parsed.errors));
  return parsed;
};

const given = givenFor(policyAdoption);
const adopt = (policy: PolicyTimeline) => new AdoptPolicy({ policy }, meta);
const seed = { from: '0000-01-01T00:00:00.000Z', preset: 'seed-2021-09' } as const;
const adopted = (timeline: readonly (typeof seed | object)[], effectiveAt = at) =>
  ({ type: 'PolicyAdopted', data: { timeline: timeline as readonly (typeof seed)[], effectiveAt } }) as const;

describe('the policy of a ledger', () => {
  it('is adopted when the ledger first starts', () =>
    given()
      .when(adopt(timelineOf('seed-2021-09')))
      .then(adopted([seed])));

  it('stays in force when a start finds the same policy', () =>
    given(adopted([seed]))
      .when(adopt(timelineOf('seed-2021-09')))
      .thenNothing());

  it('is recorded completely, in the form of a policy file', () => {
    const later = {
      from: '2022-03-01T00:00:00.000Z',
      preset: 'docs-2022-03',
      override: { 'nce.cancel.proratedWindow': 'PT168H' },
    };
    given(adopted([seed]))
      .when(adopt(file({ ...seed, from: '2015-01-01T00:00:00Z' }, { ...later, from: '2022-03-01T00:00:00Z' })))
      .then(adopted([{ ...seed, from: '2015-01-01T00:00:00.000Z' }, later]));
  });

  it('is the same for any order of the keys in a file', () => {
    const [one, other] = [{ 'isv.suspend': 'forbidden' }, { roles: 'docs-2023' }];
    given(adopted([{ ...seed, override: { ...one, ...other } }]))
      .when(adopt(file({ ...seed, override: { ...other, ...one } })))
      .thenNothing();
  });

  it('may return to an earlier one', () => {
    const docs = { ...seed, preset: 'docs-2022-03' };
    given(adopted([seed]), adopted([docs]))
      .when(adopt(timelineOf('seed-2021-09')))
      .then(adopted([seed]));
  });

  it('is never adopted before that of the last start, whatever the clock shows', () => {
    const docs = { ...seed, preset: 'docs-2022-03' };
    given(adopted([docs], '2021-07-01T00:00:00.000Z'))
      .when(adopt(timelineOf('seed-2021-09')))
      .then(adopted([seed], '2021-07-01T00:00:00.000Z'));
  });
});
