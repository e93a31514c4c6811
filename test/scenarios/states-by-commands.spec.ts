import type { Client } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';
import { shop } from '../support/shop.ts';

/** The short forms in the tables: `yes` is accepted, everything else a refusal. */
const codes: Readonly<Record<string, string>> = {
  yes: 'yes',
  kind: 'WRONG_COMMERCE_KIND',
  later: 'MUST_BE_SCHEDULED',
  locked: 'TRIAL_LOCKED',
  noTrial: 'NOT_A_TRIAL',
  support: 'USE_PAUSE_OR_SUPPORT',
  unpaused: 'NOT_PAUSED',
  work: 'NOT_SUSPENDED',
  set: 'NOT_PENDING',
  none: 'NO_SCHEDULED_CHANGE',
  paused: 'SUBSCRIPTION_PAUSED',
  rests: 'SUBSCRIPTION_SUSPENDED',
  inactive: 'NOT_ACTIVE',
  parent: 'PARENT_NOT_ACTIVE',
  source: 'SOURCE_NOT_ACTIVE',
  window: 'CANCELLATION_WINDOW_PASSED',
  always: 'AUTO_RENEW_NOT_CONFIGURABLE',
  same: 'NOTHING_CHANGES',
  used: 'NOT_RETURNABLE',
  gone: 'SUBSCRIPTION_DELETED',
};

type Kind = 'P' | 'L' | 'M' | 'U';
type Sent = readonly [method: string, path: string, body?: object];

const reason = { reason: 'customerRequest' };

/** A typical command of each verb, by its name in `allowedActions`. */
const commandsOf = (offerId: Kind): Readonly<Record<string, Sent>> => ({
  'add-seats': ['POST', '/add-seats', { quantity: 1 }],
  'remove-seats': ['POST', '/remove-seats', { quantity: 1 }],
  rename: ['PATCH', '', { friendlyName: 'Another' }],
  convert: ['POST', '/convert', {}],
  plan: ['PUT', '/plan', { term: 'P3Y' }],
  suspend: ['POST', '/suspend', reason],
  reactivate: ['POST', '/reactivate', {}],
  pause: ['POST', '/pause', {}],
  resume: ['POST', '/resume', {}],
  cancel: ['POST', '/cancel', reason],
  'auto-renew': ['PUT', '/auto-renew', { enabled: false }],
  'scheduled-change': ['PUT', '/scheduled-change', { quantity: 5 }],
  'remove-scheduled-change': ['DELETE', '/scheduled-change'],
  'add-ons': ['PUT', '/add-ons', { addOns: [{ offerId, skuId: 'A', quantity: 1 }] }],
  upgrade: ['POST', '/upgrade', { offerId, skuId: '2', quantity: 10, target: 'new' }],
  activate: ['POST', '/activate', {}],
  deprovision: ['POST', '/deprovision', {}],
  usage: [
    'POST',
    '/usage',
    { meter: 'calls', quantity: '1', unitPrice: '1', usedAt: '2021-06-18T09:00:00.000Z', usageId: 'u' },
  ],
  adjustments: ['POST', '/adjustments', { amount: '-1.00', reason: 'courtesy' }],
});

/** A table of rule-book.md §4: its head names situations, each line a verb and its outcomes. */
const table = (text: string): ReadonlyMap<string, Readonly<Record<string, string>>> => {
  const [head = [], ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    head.map((situation, i) => [
      situation,
      Object.fromEntries(
        lines.map(([verb = '', ...cells]) => [verb, codes[cells[i] ?? ''] ?? `no ${String(cells[i])}`]),
      ),
    ]),
  );
};

/** The answer to a dry run of every verb. */
const tried = async (client: Client, offerId: Kind, id: string) => {
  const answers: Record<string, string> = {};
  for (const [verb, [method, path, body]] of Object.entries(commandsOf(offerId))) {
    const { status, body: answer } = await client.call(method, `/v1/subscriptions/${id}${path}?dryRun=true`, body);
    answers[verb] = status === 200 ? 'yes' : String(answer.code);
  }
  return answers;
};

/** Not refused for kind, state, role, partner or window; NOTHING_CHANGES depends only on the request. */
const mayBe = (verb: string, answer: string | undefined): boolean =>
  answer === 'yes' || (verb === 'auto-renew' && answer === 'NOTHING_CHANGES');
const allowed = async (client: Client, id: string): Promise<readonly string[]> =>
  ((await client.get(id)).allowedActions as string[]).map((action) => action.replace(/-at-renewal$/, '')).toSorted();
const mayBeTried = (answers: Readonly<Record<string, string>>) =>
  Object.keys(answers)
    .filter((verb) => mayBe(verb, answers[verb]))
    .toSorted();

let ledger: RunningLedger;
let client: Client;
let customerId: string;

const begin = async (policy = 'seed-2021-09') => {
  ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue: shop, policy });
  client = ledger.client;
  customerId = await client.customer();
};

afterEach(() => ledger.stop());

const buy = (offerId: Kind, over: object = {}) =>
  client.buy(customerId, { offerId, quantity: 10, term: 'P1Y', ...over });
const autoRenew = (id: string, enabled: boolean) =>
  client.must('PUT', `/v1/subscriptions/${id}/auto-renew`, { enabled });
const supporter = async () =>
  client.as((await client.must('POST', '/v1/keys', { name: 'support', role: 'support' })).key);

/** Expects the answers of each situation to match the table, and `allowedActions` to list exactly the verbs that are not refused. */
const expectTable = async (offerId: Kind, text: string, situations: Readonly<Record<string, string>>) => {
  const expected = table(text);
  expect(Object.keys(situations)).toEqual([...expected.keys()]);
  for (const [situation, id] of Object.entries(situations)) {
    const answers = await tried(client, offerId, id);
    expect([situation, answers]).toEqual([situation, expected.get(situation)]);
    expect([situation, await allowed(client, id)]).toEqual([situation, mayBeTried(answers)]);
  }
};

describe('states by commands (rule-book.md §4)', () => {
  it('are as the book says for new commerce under the seed', async () => {
    await begin();
    const month = { term: 'P1M' };
    const late = await buy('P');
    await client.at('2021-07-19T09:00:00.000Z');
    const [active, scheduled, paused, suspended, deleted] = [
      await buy('P'),
      await buy('P'),
      await buy('P'),
      await buy('P'),
      await buy('P'),
    ];
    const trial = await buy('P', { ...month, skuId: 'T' });
    await client.must('PUT', `/v1/subscriptions/${scheduled}/scheduled-change`, { quantity: 6 });
    await client.tell(paused, 'pause');
    await (await supporter()).tell(suspended, 'suspend', reason);
    await client.tell(deleted, 'cancel', reason);
    await expectTable(
      'P',
      `                        active   late     scheduled trial    paused   suspended deleted
      add-seats               yes      yes      yes       locked   paused   rests     gone
      remove-seats            later    later    later     locked   paused   rests     gone
      rename                  yes      yes      yes       yes      yes      yes       gone
      convert                 noTrial  noTrial  noTrial   yes      paused   rests     gone
      plan                    later    later    later     locked   paused   rests     gone
      suspend                 support  support  support   support  support  support   gone
      reactivate              support  support  support   support  support  support   gone
      pause                   yes      yes      yes       locked   paused   rests     gone
      resume                  unpaused unpaused unpaused  unpaused yes      rests     gone
      cancel                  yes      window   yes       yes      yes      yes       gone
      auto-renew              yes      yes      yes       yes      paused   rests     gone
      scheduled-change        yes      yes      yes       yes      paused   rests     gone
      remove-scheduled-change none     none     yes       none     paused   rests     gone
      add-ons                 yes      yes      yes       locked   parent   parent    gone
      upgrade                 yes      yes      yes       locked   source   rests     gone
      activate                kind     kind     kind      kind     kind     kind      gone
      deprovision             kind     kind     kind      kind     kind     kind      gone
      usage                   kind     kind     kind      kind     kind     kind      gone
      adjustments             yes      yes      yes       yes      yes      yes       gone`,
      { active, late, scheduled, trial, paused, suspended, deleted },
    );
  });

  it('are as the book says for new commerce under docs-2022-03, including the time after a term', async () => {
    await begin('docs-2022-03');
    const month = { term: 'P1M' };
    const [expired, disabled, deleted] = [await buy('P', month), await buy('P', month), await buy('P', month)];
    await autoRenew(expired, false);
    await client.tell(disabled, 'pause');
    await client.tell(deleted, 'cancel', reason);
    await client.at('2021-07-18T09:00:00.000Z');
    const [active, trial] = [await buy('P'), await buy('P', { ...month, skuId: 'T', quantity: 25 })];
    await expectTable(
      'P',
      `                        active   trial    expired  disabled deleted
      add-seats               yes      locked   inactive inactive gone
      remove-seats            yes      locked   inactive inactive gone
      rename                  yes      yes      yes      yes      gone
      convert                 noTrial  yes      inactive inactive gone
      plan                    yes      locked   inactive inactive gone
      suspend                 support  support  support  support  gone
      reactivate              support  support  support  support  gone
      pause                   yes      locked   inactive inactive gone
      resume                  unpaused unpaused unpaused unpaused gone
      cancel                  yes      locked   inactive inactive gone
      auto-renew              yes      yes      yes      yes      gone
      scheduled-change        yes      yes      inactive inactive gone
      remove-scheduled-change none     none     inactive inactive gone
      add-ons                 yes      locked   parent   parent   gone
      upgrade                 yes      locked   source   source   gone
      activate                kind     kind     kind     kind     gone
      deprovision             kind     kind     kind     kind     gone
      usage                   kind     kind     kind     kind     gone
      adjustments             yes      yes      yes      yes      gone`,
      { active, trial, expired, disabled, deleted },
    );
  });

  it('are as the book says for legacy', async () => {
    await begin();
    const deleted = await buy('L');
    await client.tell(deleted, 'suspend', reason);
    await client.at('2021-10-18T09:00:00.000Z');
    const [active, suspended, trial] = [await buy('L'), await buy('L'), await buy('L', { skuId: 'T', term: 'P1M' })];
    await client.tell(suspended, 'suspend', reason);
    await expectTable(
      'L',
      `                        active   trial    suspended deleted
      add-seats               yes      locked   rests     gone
      remove-seats            yes      locked   rests     gone
      rename                  yes      yes      yes       gone
      convert                 noTrial  yes      rests     gone
      plan                    kind     kind     kind      gone
      suspend                 yes      yes      rests     gone
      reactivate              work     work     yes       gone
      pause                   kind     kind     kind      gone
      resume                  kind     kind     kind      gone
      cancel                  kind     kind     kind      gone
      auto-renew              always   always   always    gone
      scheduled-change        kind     kind     kind      gone
      remove-scheduled-change kind     kind     kind      gone
      add-ons                 yes      locked   parent    gone
      upgrade                 yes      locked   rests     gone
      activate                kind     kind     kind      gone
      deprovision             kind     kind     kind      gone
      usage                   kind     kind     kind      gone
      adjustments             yes      yes      yes       gone`,
      { active, trial, suspended, deleted },
    );
  });

  it('are as the book says for marketplace under the seed', async () => {
    await begin();
    const late = await buy('M');
    await client.at('2021-06-20T09:00:00.000Z');
    const [active, ending, suspended, deleted] = [await buy('M'), late, await buy('M'), await buy('M')];
    const over = await buy('M');
    const trial = await buy('M', { skuId: 'T' });
    await client.tell(suspended, 'suspend', reason);
    await client.tell(deleted, 'cancel', reason);
    await client.at('2021-06-21T09:00:00.000Z');
    const fresh = await buy('M');
    await client.tell(ending, 'cancel', reason);
    await expectTable(
      'M',
      `                        fresh late  ending trial  suspended deleted
      add-seats               yes   yes   yes    locked rests     gone
      remove-seats            yes   yes   yes    locked rests     gone
      rename                  yes   yes   yes    yes    yes       gone
      convert                 kind  kind  kind   kind   kind      gone
      plan                    kind  kind  kind   kind   kind      gone
      suspend                 yes   yes   yes    yes    rests     gone
      reactivate              work  work  work   work   yes       gone
      pause                   kind  kind  kind   kind   kind      gone
      resume                  kind  kind  kind   kind   kind      gone
      cancel                  yes   yes   same   yes    rests     gone
      auto-renew              yes   yes   same   yes    rests     gone
      scheduled-change        kind  kind  kind   kind   kind      gone
      remove-scheduled-change kind  kind  kind   kind   kind      gone
      add-ons                 kind  kind  kind   kind   kind      gone
      upgrade                 kind  kind  kind   kind   kind      gone
      activate                set   set   set    set    set       gone
      deprovision             kind  kind  kind   kind   kind      gone
      usage                   kind  kind  kind   kind   kind      gone
      adjustments             yes   yes   yes    yes    yes       gone`,
      { fresh, late: active, ending, trial, suspended, deleted },
    );
    expect((await client.get(fresh)).allowedActions).toContain('cancel');
    expect((await client.get(over)).allowedActions).toContain('cancel-at-renewal');
    expect((await client.get(ending)).allowedActions).not.toContain('cancel-at-renewal');
  });

  it('are as the book says for marketplace under docs-2022-03, and for usage', async () => {
    await begin('docs-2022-03');
    const [pending, active] = [await buy('M'), await buy('M')];
    await client.tell(active, 'activate');
    await expectTable(
      'M',
      `                        pending  active
      add-seats               inactive yes
      remove-seats            inactive yes
      rename                  yes      yes
      convert                 kind     kind
      plan                    kind     kind
      suspend                 kind     kind
      reactivate              kind     kind
      pause                   kind     kind
      resume                  kind     kind
      cancel                  yes      yes
      auto-renew              inactive yes
      scheduled-change        kind     kind
      remove-scheduled-change kind     kind
      add-ons                 kind     kind
      upgrade                 kind     kind
      activate                yes      set
      deprovision             kind     kind
      usage                   kind     kind
      adjustments             yes      yes`,
      { pending, active },
    );
    const metered = { customerId, offerId: 'U', skuId: '1', term: 'P1M', billingCycle: 'monthly' };
    const [used, deleted] = [
      (await client.must('POST', '/v1/subscriptions', metered)).subscriptionId,
      (await client.must('POST', '/v1/subscriptions', metered)).subscriptionId,
    ];
    await client.tell(deleted, 'deprovision');
    await expectTable(
      'U',
      `                        active deleted
      add-seats               kind   gone
      remove-seats            kind   gone
      rename                  yes    gone
      convert                 kind   gone
      plan                    kind   gone
      suspend                 kind   gone
      reactivate              kind   gone
      pause                   kind   gone
      resume                  kind   gone
      cancel                  used   gone
      auto-renew              kind   gone
      scheduled-change        kind   gone
      remove-scheduled-change kind   gone
      add-ons                 kind   gone
      upgrade                 kind   gone
      activate                kind   gone
      deprovision             yes    gone
      usage                   yes    gone
      adjustments             yes    gone`,
      { active: used, deleted },
    );
  });

  it('have the same refusals as the list of actions for every role and partner', async () => {
    await begin('docs-2022-03');
    const offers: readonly Kind[] = ['P', 'L', 'M'];
    for (const role of ['sales-agent', 'helpdesk-agent', 'billing-admin', 'admin-agent', 'support', 'auditor']) {
      const { key } = await client.must('POST', '/v1/keys', { name: role, role });
      for (const offerId of offers) {
        const id = await buy(offerId);
        const other = client.as(key);
        const answers = await tried(other, offerId, id);
        expect([role, offerId, await allowed(other, id)]).toEqual([role, offerId, mayBeTried(answers)]);
        if (role === 'auditor') expect(new Set(Object.values(answers))).toEqual(new Set(['FORBIDDEN_ROLE']));
        if (role === 'support') expect(mayBeTried(answers)).toEqual(offerId === 'P' ? ['suspend'] : []);
        if (role === 'sales-agent' && offerId === 'M') expect(mayBeTried(answers)).toEqual(['rename']);
      }
    }
    await ledger.stop();
    await begin();
    const partner = { partnerId: 'north', name: 'North', model: 'indirectReseller', cloud: 'usgov' };
    await client.must('POST', '/v1/partners', { ...partner, newCommercePreview: false });
    const { key } = await client.must('POST', '/v1/keys', { name: 'n', role: 'global-admin', partnerId: 'north' });
    client = client.as(key);
    customerId = await client.customer();
    const request = { customerId, offerId: 'P', skuId: '1', quantity: 1, term: 'P1M', billingCycle: 'monthly' };
    expect((await client.call('POST', '/v1/subscriptions', request)).body.code).toBe('PREVIEW_REQUIRED');
    const id = await buy('L');
    const answers = await tried(client, 'L', id);
    expect(answers['add-ons']).toBe('PARTNER_MODEL_NOT_ALLOWED');
    expect(await allowed(client, id)).toEqual(mayBeTried(answers));
  });
});
