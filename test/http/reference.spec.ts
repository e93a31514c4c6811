import { readFileSync } from 'node:fs';
import { statusOf } from '../../apps/ledger/src/http/problem.ts';
import { operationsOf } from '../support/api.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';

const page = readFileSync('docs/reference/http-api.md', 'utf8');

/** Routes that a text names in code: `GET /renewals?from=` counts as `GET /renewals`. */
const routesIn = (text: string): readonly string[] =>
  [...text.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[\w/{}-]*)/g)].map(
    ([, method = '', path = '']) => `${method} ${path}`,
  );

/** The codes of a table whose first column begins with a status. */
const codesIn = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...text.matchAll(/^\| (\d{3})[^|]*\| (.*) \|$/gm)].flatMap(([, status, codes = '']) =>
      [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => [code, Number(status)] as const),
    ),
  );

describe('the page of the HTTP API', () => {
  let ledger: RunningLedger;

  beforeAll(async () => {
    ledger = await startLedger();
  });
  afterAll(() => ledger.stop());

  it('names every route, and no others', async () => {
    const offered = (await operationsOf(ledger.client)).map(
      ({ method, path }) => `${method} ${path.replace('/v1', '')}`,
    );
    const named = new Set(routesIn(page.replaceAll(' /v1/', ' /')));
    expect(named).toEqual(new Set([...offered, 'GET /health', 'GET /health/live', 'GET /metrics']));
  });

  it('lists every code with its status, and no others', () => expect(codesIn(page)).toEqual(statusOf));
});

describe('a route, or a code, on the page', () => {
  it('is recognised in code spans and tables', () => {
    expect(routesIn('`GET /a/{id}?x=1`, `POST /b` and GET /c')).toEqual(['GET /a/{id}', 'POST /b']);
    expect(codesIn('| 409, buying | `A_B` (why), `C` |\n| --- | `D` |')).toEqual({ A_B: 409, C: 409 });
  });
});
