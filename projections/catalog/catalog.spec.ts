import { cataloguePublication, PublishCatalogue } from '#catalog';
import { rowsAfter } from '#kernel/testing';
import { ReadModels } from '../store.testing.ts';
import { catalogues } from '../shop.testing.ts';
import { WrittenLog } from '../testing.ts';
import { catalogue, publishedCatalogues } from './index.ts';

const log = new WrittenLog();
for (const [i, version] of catalogues.toReversed().entries())
  log.send(
    cataloguePublication,
    'main',
    new PublishCatalogue({ catalogue: version }, log.meta(`2021-06-0${i + 1}T09:00:00.000Z`)),
  );

describe('the catalogues', () => {
  it('are stored with the time of their publication', () => {
    expect(rowsAfter(catalogue, 'catalogues', ...log.events)).toEqual([
      {
        version: '2022-01',
        effective_from: '2022-01-01T00:00:00.000Z',
        published_at: '2021-06-01T09:00:00.000Z',
        content: JSON.stringify(catalogues[1]),
      },
      {
        version: '2021-01',
        effective_from: '2021-01-01T00:00:00.000Z',
        published_at: '2021-06-02T09:00:00.000Z',
        content: JSON.stringify(catalogues[0]),
      },
    ]);
  });

  it('are returned complete, in the order of publication', async () => {
    const models = await (await ReadModels.open()).follow(log.events);
    expect(await publishedCatalogues(models.db)).toEqual(catalogues.toReversed());
    await models.store.close();
  });
});
