import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { operationsOf } from '../support/api.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';

const executablePath = '/usr/bin/chromium';
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const where = existsSync(executablePath) ? describe : describe.skip;

// A browser starts, on a machine that is busy with other tests.
const PATIENCE_MS = 120_000;

where(`the documentation page in a browser (left out where there is no ${executablePath})`, () => {
  let ledger: RunningLedger;
  let browser: Browser;

  beforeAll(async () => {
    ledger = await startLedger();
    browser = await chromium.launch({ executablePath, args, timeout: PATIENCE_MS });
  });
  afterAll(async () => {
    await browser.close();
    await ledger.stop();
  });

  it('shows every route, and loads nothing from other servers', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 2400 } });
    const [loaded, problems]: [string[], string[]] = [[], []];
    page.on('request', (request) => loaded.push(request.url()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(`${ledger.client.base}/docs`, { waitUntil: 'networkidle', timeout: PATIENCE_MS });

    const operations = await operationsOf(ledger.client);
    expect(operations.length).toBeGreaterThan(40);
    const shown = page.locator('.opblock');
    await shown.last().waitFor({ state: 'visible', timeout: PATIENCE_MS });
    const routes: string[] = [];
    for (const block of await shown.all()) {
      expect(await block.isVisible()).toBe(true);
      const [method, path] = [block.locator('.opblock-summary-method'), block.locator('.opblock-summary-path')];
      // The page inserts zero-width spaces into long paths.
      routes.push(`${await method.innerText()} ${(await path.innerText()).replaceAll(/[\u200b\s]/g, '')}`);
    }
    const described = operations.map(({ method, path }) => `${method} ${path}`);
    expect(routes.sort()).toEqual([...described, 'GET /health', 'GET /metrics'].sort());

    const elsewhere = loaded.filter((url) => !url.startsWith(ledger.client.base) && !url.startsWith('data:'));
    expect([elsewhere, problems]).toEqual([[], []]);
  });

  it('expands a route to show its body and its answers', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
    await page.goto(`${ledger.client.base}/docs`, { waitUntil: 'networkidle', timeout: PATIENCE_MS });
    const block = page.locator('.opblock', { has: page.getByText('Buy a subscription: an order of one line') });
    await block.locator('.opblock-summary').click();
    await block.getByText('Idempotency-Key').first().waitFor({ timeout: PATIENCE_MS });
    expect(await block.innerText()).toContain('billingCycle');
  });
});
