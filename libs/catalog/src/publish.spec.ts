import type { Meta } from '#kernel';
import { givenFor } from '#kernel/testing';
import type { Catalogue } from './catalog.ts';
import { parseCatalogue } from './parse.ts';
import { cataloguePublication, PublishCatalogue, type CataloguePublished } from './publish.ts';
import { catalogueAt, timeline } from './timeline.ts';

const given = givenFor(cataloguePublication);
const at = '2021-09-10T09:00:00.000Z';

const meta: Meta = {
  commandId: 'a-command',
  at,
  actor: { id: 'operator', role: 'global-admin', partnerId: 'default' },
  correlationId: 'a-command',
  causationId: 'a-command',
};

const list = (version: string, price: string, effectiveFrom = '2021-09-01T00:00:00Z'): Catalogue => {
  const read = parseCatalogue({
    version,
    effectiveFrom,
    offers: [
      {
        offerId: 'BASIC',
        name: 'Basic',
        kind: 'newCommerce',
        publisher: { kind: 'microsoft', name: 'Microsoft' },
        billingType: 'license',
        category: 'enterprise',
        segments: ['commercial'],
        countries: 'all',
        skus: [
          { skuId: '0001', name: 'Basic', plans: [{ term: 'P1M', billingCycle: 'monthly', prices: { EUR: price } }] },
        ],
      },
    ],
  });
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read;
};

const published = (catalogue: Catalogue): CataloguePublished => ({
  type: 'CataloguePublished',
  data: { catalogue, effectiveAt: at },
});
const publish = (catalogue: Catalogue) => new PublishCatalogue({ catalogue }, meta);

describe('publishing a catalogue', () => {
  it('records the whole list, for later purchases', () =>
    given()
      .when(publish(list('2021-09', '10.08')))
      .then(published(list('2021-09', '10.08'))));

  it('a second time changes nothing', () =>
    given(published(list('2021-09', '10.08')))
      .when(publish(list('2021-09', '10.08')))
      .thenNothing());

  it('a second time is recognised after it was read back from the log', () =>
    given(JSON.parse(JSON.stringify(published(list('2021-09', '10.08')))) as CataloguePublished)
      .when(publish(list('2021-09', '10.08')))
      .thenNothing());

  it('is refused for the same version with other content', () =>
    given(published(list('2021-09', '10.08')), published(list('2021-10', '11.00')))
      .when(publish(list('2021-09', '10.09')))
      .thenRefused('CATALOG_VERSION_EXISTS'));

  it('keeps every version, each in force from its own time on', () => {
    const lists = [list('2021-10', '11.00', '2021-10-01T00:00:00Z'), list('2021-09', '10.08')];
    const versions = lists.map(published).reduce(cataloguePublication.evolve, cataloguePublication.initial);
    expect(versions.map(({ version }) => version)).toEqual(['2021-10', '2021-09']);
    expect(catalogueAt(timeline(versions), '2021-08-31T23:59:59.999Z')).toBeUndefined();
    expect(catalogueAt(timeline(versions), '2021-09-30T23:59:59.999Z')?.version).toBe('2021-09');
    expect(catalogueAt(timeline(versions), '2021-10-01T00:00:00.000Z')?.version).toBe('2021-10');
  });
});
