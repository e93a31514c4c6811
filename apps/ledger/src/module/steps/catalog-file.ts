import { cataloguePublication, parseCatalogue, PublishCatalogue } from '#catalog';
import { isRefusal } from '#kernel';
import { ConfigurationError, jsonFile, summary } from '../../config/configuration.ts';
import { CATALOGUE_ID, deterministicId, type Ledger, systemMeta } from '#ledger';

const OPTION = 'catalogue';

/**
 * Publishes a catalog, or a file that holds one, if its content is new. Throws a `ConfigurationError` when it is
 * invalid, or when it changes a version that was published: purchases under that version rely on it.
 */
export const publishCatalogue = async (ledger: Ledger, source: string | object): Promise<void> => {
  const isFile = typeof source === 'string';
  const catalogue = parseCatalogue(isFile ? jsonFile(OPTION, source, 'must name a catalogue file') : source);
  if ('errors' in catalogue)
    throw new ConfigurationError(
      OPTION,
      `${isFile ? `names the file ${source}, in which` : 'is invalid:'} ${summary(catalogue.errors)}`,
    );
  const commandId = deterministicId('publish', JSON.stringify(catalogue));
  const command = new PublishCatalogue({ catalogue }, systemMeta('start', { commandId, at: ledger.clock.now() }));
  const outcome = await ledger.handler.handle(cataloguePublication, CATALOGUE_ID, command);
  if (isRefusal(outcome))
    throw new ConfigurationError(
      OPTION,
      `${isFile ? `names the file ${source}, but` : 'cannot be published:'} ${outcome.because}: give the changed catalogue another version`,
    );
  await ledger.catalogCache.refresh();
};
