import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeLocationsFrom } from './locations.ts';
import { openStores } from './stores.ts';

it('the stores release the folder even if one of them cannot be closed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stores-'));
  const locations = storeLocationsFrom({ SUBLEDGER_DATA: folder });
  const stores = await openStores(locations);
  const close = stores.reads.close.bind(stores.reads);
  stores.reads.close = () => Promise.reject(new Error('the disk is gone'));
  await expect(stores.close()).rejects.toThrow('the disk is gone');
  await close();
  const again = await openStores(locations);
  await again.close();
  rmSync(folder, { recursive: true });
});

it('the stores let only their owner read the folder, whatever modes an older version or a copy left', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stores-'));
  const locations = storeLocationsFrom({ SUBLEDGER_DATA: folder });
  await (await openStores(locations)).close();
  for (const file of readdirSync(folder)) chmodSync(join(folder, file), 0o644);
  const stores = await openStores(locations);
  const modes = readdirSync(folder).map((file) => `${file} ${(statSync(join(folder, file)).mode & 0o777).toString(8)}`);
  expect(modes.filter((mode) => !mode.endsWith(' 600'))).toEqual([]);
  expect(modes.length).toBeGreaterThan(3);
  await stores.close();
  rmSync(folder, { recursive: true });
});
