import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { LedgerClient } from '../../scripts/demo/ledger-client.ts';
import { KEY, startLedger, type RunningLedger } from '../support/ledger.ts';

let ledger: RunningLedger;
beforeAll(async () => {
  ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z' });
});
afterAll(() => ledger.stop());

it('the demo runs to its end', async () => {
  const command = ['scripts/demo.ts', await ledger.app.getUrl(), '--key', KEY];
  const { stdout } = await promisify(execFile)(process.execPath, command, { env: {} });
  expect(stdout).toContain('ChargesPosted');
  expect(stdout).toMatch(/sum +2146\.01\n/);
});

it('the demo reads its own writes, whichever process maintains the read models', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${String(request.method)} ${String(request.headers['ledger-position'])}`);
    response.setHeaders(new Map(request.method === 'POST' ? [['ledger-position', '7']] : [])).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new LedgerClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, KEY);
  await client.get('/offers');
  await client.send('POST', '/customers');
  await client.get('/offers');
  await client.get('/offers');
  server.closeAllConnections();
  server.close();
  expect(asked).toEqual(['GET undefined', 'POST undefined', 'GET 7', 'GET 7']);
});
