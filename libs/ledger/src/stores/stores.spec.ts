import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placesIn } from './locations.ts';
import { openStores } from './stores.ts';

it('lets go of the folder even where a store cannot be closed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stores-'));
  const places = placesIn({ SUBLEDGER_DATA: folder });
  const stores = await openStores(places);
  const close = stores.reads.close.bind(stores.reads);
  stores.reads.close = () => Promise.reject(new Error('the disk is gone'));
  await expect(stores.close()).rejects.toThrow('the disk is gone');
  await close();
  const again = await openStores(places);
  await again.close();
  rmSync(folder, { recursive: true });
});
