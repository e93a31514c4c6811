import { hash, randomBytes, randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import { CreateKey, key, keyRoles, partner, RevokeKey, type AccessEvent, type Key } from '#access';
import { CommandHandler } from '#event-store';
import { isRefusal, type Recorded } from '#kernel';
import { batchesOf, type Stores } from '#ledger';
import { fail } from '../failure.ts';
import { withStores, withExclusiveStores } from '../stores.ts';
import { verb, type Json } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { metaFor } from '../meta.ts';
import type { PartnerFacts, Role } from '#policy';

type NewKey = { readonly name: string; readonly role: Role; readonly partner: string; readonly operator?: boolean };

/** `keys create|list|revoke`: what opens the API. */
export const keys = (program: Command): void => {
  const parent = program.command('keys').description('API keys');

  verb(parent, 'create', 'make a key; it is shown this once, and only its hash is kept')
    .requiredOption('--name <name>', 'whose it is, or what for')
    .addOption(new Option('--role <role>', 'what it may do').choices(keyRoles).makeOptionMandatory())
    .option('--partner <partnerId>', 'for whom it acts', 'default')
    .option('--operator', 'it may act for the whole ledger: partners, all keys, the catalogue')
    .action(async (wanted: NewKey & Json) => {
      const created = await withExclusiveStores('stop it first, or make the key with its POST /v1/keys', (stores) =>
        create(stores, wanted),
      );
      if (wanted.json) printJson(created);
      else print(`key ${created.keyId} for ${wanted.partner}, ${wanted.role}. It is shown this once:\n${created.key}`);
    });

  verb(parent, 'list', 'keys, revoked ones included').action(async ({ json }: Json) => {
    const items = await withStores(async ({ events }) => listed(batchesOf(events)));
    if (json) printJson({ items });
    else print(shown(items));
  });

  verb(parent, 'revoke <keyId>', 'make a key worthless, for good').action(async (keyId: string, { json }: Json) => {
    await withExclusiveStores(`stop it first, or revoke the key with its DELETE /v1/keys/${keyId}`, (stores) =>
      revoke(stores, keyId),
    );
    if (json) printJson({ keyId, revoked: true });
    else print(`key ${keyId} opens nothing any more`);
  });
};

const create = async (stores: Stores, { name, role, partner: partnerId, operator = false }: NewKey & Json) => {
  const handler = new CommandHandler(stores.events, { codec: stores.codec });
  const facts = await factsOf(handler, partnerId);
  // As the API makes them: 256 random bits, of which only the SHA-256 is kept.
  const secret = `slk_${randomBytes(32).toString('base64url')}`;
  const keyId = randomUUID();
  const data = { keyId, partnerId, name, role, hash: hash('sha256', secret, 'hex'), operator };
  await record(handler, keyId, new CreateKey(data, await metaFor(handler, partnerId, facts)));
  return { keyId, key: secret, partnerId, name, role, operator };
};

const revoke = async (stores: Stores, keyId: string): Promise<void> => {
  const handler = new CommandHandler(stores.events, { codec: stores.codec });
  const { state } = await handler.load(key, keyId);
  if (state.keyId === null) return fail(`there is no key ${keyId}`);
  if (state.revoked) return fail(`the key ${keyId} is revoked already`);
  const facts = await factsOf(handler, state.partnerId);
  await record(handler, keyId, new RevokeKey({ keyId }, await metaFor(handler, state.partnerId, facts)));
};

const record = async (handler: CommandHandler, keyId: string, command: CreateKey | RevokeKey): Promise<void> => {
  const outcome = await handler.handle(key, keyId, command);
  if (isRefusal(outcome)) fail(`${outcome.refused}: ${outcome.because}`);
};

const factsOf = async (handler: CommandHandler, partnerId: string): Promise<PartnerFacts> => {
  const { state } = await handler.load(partner, partnerId);
  if (state.partnerId === null) return fail(`there is no partner ${partnerId}: register it with POST /v1/partners`);
  const { model, cloud, newCommercePreview } = state;
  return { model, cloud, newCommercePreview };
};

type Listed = Omit<Exclude<Key, { readonly keyId: null }>, 'hash'> & { readonly createdAt: string };

/** Read from the log: a read model may be behind. */
const listed = async (batches: AsyncIterable<readonly Recorded[]>): Promise<readonly Listed[]> => {
  const found = new Map<string, Listed>();
  for await (const batch of batches)
    for (const event of batch as unknown as readonly Recorded<AccessEvent>[]) note(event, found);
  return [...found.values()];
};

const note = (event: Recorded<AccessEvent>, found: Map<string, Listed>): void => {
  if (event.type === 'KeyCreated') {
    const { hash: _, effectiveAt: createdAt, ...created } = event.data;
    found.set(created.keyId, { ...created, createdAt, revoked: false });
  }
  const revoked = event.type === 'KeyRevoked' ? found.get(event.data.keyId) : undefined;
  if (revoked !== undefined) found.set(revoked.keyId, { ...revoked, revoked: true });
};

const shown = (items: readonly Listed[]): string =>
  table(
    ['key', 'partner', 'role', 'name', 'created at', ''],
    items.map(({ keyId, partnerId, role, name, createdAt, operator, revoked }) => [
      keyId,
      partnerId,
      role,
      name,
      createdAt,
      revoked ? 'revoked' : operator ? 'operator' : '',
    ]),
  );
