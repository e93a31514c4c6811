import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cataloguePublication, parseCatalogue, PublishCatalogue } from '#catalog';
import { customer, RegisterCustomer } from '#customer';
import { isRefusal, type Instant, type Refusal } from '#kernel';
import { timelineOf, type PartnerMeta } from '#policy';
import { PurchaseSubscription } from '#subscription';
import { CATALOGUE_ID, Ledger } from '#ledger';

/** The fixed time of the benchmarks' clock. */
export const NOW: Instant = '2021-06-18T09:00:00.000Z';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What the rows share: a ledger on the embedded store without HTTP, a price list, and a customer to sell to. */
export type Harness = { readonly ledger: Ledger; readonly customerId: string; readonly folder: string };

/** PartnerMeta of a new command by the bench's own partner. */
export const metaAt = (at: Instant): PartnerMeta => {
  const commandId = randomUUID();
  return {
    commandId,
    at,
    actor: { id: '7b1f9c2e-52a1-4f7e-9a41-0d5f3ce1a2b4', role: 'global-admin', partnerId: 'default' },
    partner: { model: 'directBill', cloud: 'global', newCommercePreview: true },
    correlationId: commandId,
    causationId: commandId,
  };
};

/** What must not be refused. */
export const accepted = <T>(outcome: T | Refusal): T => {
  if (isRefusal(outcome)) throw new Error(`${outcome.refused}: ${outcome.because}`);
  return outcome;
};

const sampleCatalogue = (): unknown =>
  JSON.parse(readFileSync(new URL('../catalog.sample.json', import.meta.url), 'utf8'));

/** Opens a ledger in an empty folder. No duty of it runs yet: nothing competes with what is measured. */
export const openHarness = async (
  folder: string,
  more: Partial<Parameters<typeof Ledger.open>[0]> = {},
): Promise<Harness> => {
  const ledger = await Ledger.open({
    locations: { dataFolder: folder },
    clock: { kind: 'simulated', from: NOW },
    policies: timelineOf('seed-2021-09'),
    logger: silent,
    ...{ roles: new Set<never>(), ...more },
  });
  const catalogue = parseCatalogue(sampleCatalogue());
  if ('errors' in catalogue) throw new Error(JSON.stringify(catalogue.errors));
  const publish = new PublishCatalogue({ catalogue }, metaAt(NOW));
  accepted(await ledger.handler.handle(cataloguePublication, CATALOGUE_ID, publish));
  await ledger.catalogCache.refresh();
  const customerId = randomUUID();
  const register = new RegisterCustomer(
    { customerId, name: 'Contoso', country: 'NL', segment: 'commercial', currency: 'EUR' },
    metaAt(NOW),
  );
  accepted(await ledger.handler.handle(customer, customerId, register));
  return { ledger, customerId, folder };
};

/** The purchase of ten seats for a year, paid by the month. */
export const purchaseFor = (customerId: string, at: Instant = NOW): PurchaseSubscription =>
  new PurchaseSubscription(
    {
      subscriptionId: randomUUID(),
      orderId: randomUUID(),
      customerId,
      offerId: 'M365BB',
      skuId: '0001',
      quantity: 10,
      term: 'P1Y',
      billingCycle: 'monthly',
    },
    metaAt(at),
  );
