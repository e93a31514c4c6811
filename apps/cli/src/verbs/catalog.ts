import type { Command } from 'commander';
import { cataloguePublication, parseCatalogue, PublishCatalogue, type Catalogue } from '#catalog';
import { CommandHandler } from '#event-store';
import { isRefusal } from '#kernel';
import type { Stores } from '#ledger';
import { fail } from '../failure.ts';
import { withExclusiveStores } from '../stores.ts';
import { metaFor } from '../meta.ts';
import { verb, type Json } from '../options.ts';
import { print, printJson } from '../output.ts';
import { jsonIn } from '../settings.ts';

/** `catalog check|publish <file>`: price lists. */
export const catalog = (program: Command): void => {
  const parent = program.command('catalog').description('price lists');

  verb(parent, 'check <file>', 'whether a catalogue file can be published').action((file: string, { json }: Json) => {
    const catalogue = readCatalogue(file, json);
    const summary = summaryOf(catalogue);
    if (json) printJson({ ok: true, ...summary });
    else
      print(
        `${file} is in order: version ${summary.version}, from ${summary.effectiveFrom}, ` +
          `${String(summary.offers)} offers with ${String(summary.skus)} SKUs and ${String(summary.plans)} plans`,
      );
  });

  verb(parent, 'publish <file>', 'publish a catalogue file').action(async (file: string, { json }: Json) => {
    const catalogue = readCatalogue(file, json);
    const published = await withExclusiveStores('stop it first, or publish with its PUT /v1/catalog', (stores) =>
      publish(stores, catalogue),
    );
    const { version, effectiveFrom } = catalogue;
    if (json) printJson({ version, effectiveFrom, published });
    else
      print(
        published ? `version ${version} is in force from ${effectiveFrom}` : `version ${version} was published before`,
      );
  });
};

/** The catalog of a file. If it is invalid, prints every problem and fails. */
const readCatalogue = (file: string, json: true | undefined): Catalogue => {
  const parsed = parseCatalogue(jsonIn(file, 'the catalogue must be a JSON file'));
  if (!('errors' in parsed)) return parsed;
  const { errors } = parsed;
  if (json) printJson({ ok: false, errors });
  else for (const { path, message } of errors) print(`${path === '' ? 'the file' : path} ${message}`);
  return fail(`${file} is no catalogue: ${String(errors.length)} ${errors.length === 1 ? 'problem' : 'problems'}`);
};

const summaryOf = ({ version, effectiveFrom, offers }: Catalogue) => {
  const skus = offers.flatMap((offer) => offer.skus);
  return {
    version,
    effectiveFrom,
    offers: offers.length,
    skus: skus.length,
    plans: skus.flatMap(({ plans }) => plans).length,
  };
};

/** Returns whether there was anything to publish. */
const publish = async (stores: Stores, catalogue: Catalogue): Promise<boolean> => {
  const handler = new CommandHandler(stores.events, { codec: stores.codec });
  const facts = { model: 'directBill', cloud: 'global', newCommercePreview: true } as const;
  const command = new PublishCatalogue({ catalogue }, await metaFor(handler, 'default', facts));
  const outcome = await handler.handle(cataloguePublication, 'main', command);
  if (isRefusal(outcome)) return fail(`${outcome.refused}: ${outcome.because}`);
  return outcome.events.length > 0;
};
