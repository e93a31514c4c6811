import { Body, Delete, Get, Post, Query } from '@nestjs/common';
import { CreateKey, key, RevokeKey } from '#access';
import { refuse } from '#kernel';
import { listKeys } from '#projections/access';
import { CommandSender } from '../routing/command-sender.ts';
import { ApiCommand, ApiList } from '../http/documented.ts';
import { KeyId } from '../http/ids.ts';
import { LedgerController } from '../routing/ledger-controller.ts';
import { PageQuery, type Page } from '../http/page.ts';
import { RefusedError } from '../http/problem.ts';
import { From, SentCommand, type Sent } from '../routing/command-context.ts';
import { type Caller, deterministicId, Ledger, readModels } from '#ledger';
import { generateKey, hashOf } from '../access/keys.ts';
import { CreatedKey, CreateKeyBody, KeyEntry, RevokedKey } from './keys.schemas.ts';
import { OnlyFor } from '../access/permissions.ts';
import { NothingBody } from '../subscriptions/subscriptions.schemas.ts';

/** API keys of the caller's partner, or, for the operator, of any partner (http-api.md §4.10). */
@LedgerController('v1/keys', 'access')
export class KeysController {
  readonly #sender: CommandSender;
  readonly #ledger: Ledger;

  constructor(sender: CommandSender, ledger: Ledger) {
    this.#sender = sender;
    this.#ledger = ledger;
  }

  @Post()
  @OnlyFor('global-admin')
  @ApiCommand('createKey', 'Create a key; the response is the only one that shows it', {
    status: 201,
    type: CreatedKey,
  })
  async create(@Body() body: CreateKeyBody, @SentCommand() sent: Sent): Promise<object> {
    const { caller, idempotencyKey, options } = sent.request;
    const own = caller.actor.partnerId;
    const { name, role, partnerId = own } = body;
    if (partnerId !== own && !caller.operator)
      throw new RefusedError(refuse('FORBIDDEN_ROLE', 'only the operator creates keys for other partners'));
    const keyId = deterministicId('key', own, idempotencyKey);
    const secret = generateKey();
    const data = { keyId, partnerId, name, role, hash: hashOf(secret), operator: false };
    const answer = await this.#sender.send(sent, CreateKey, data);
    const replayed = sent.reply.hasHeader('idempotency-replayed');
    return replayed || options.dryRun === true ? answer : { ...answer, key: secret };
  }

  @Get()
  @OnlyFor('global-admin', 'auditor', 'support')
  @ApiList('listKeys', 'Keys, revoked ones included', KeyEntry)
  list(@Query() query: PageQuery, @From() { actor, operator }: Caller): Promise<Page<KeyEntry>> {
    return listKeys(readModels(this.#ledger), operator ? undefined : actor.partnerId, query);
  }

  @Delete(':id')
  @OnlyFor('global-admin')
  @ApiCommand('revokeKey', 'Revoke a key, at once and permanently', { type: RevokedKey })
  async revoke(@KeyId() keyId: string, @Body() _: NothingBody, @SentCommand() sent: Sent): Promise<object> {
    const { actor, operator } = sent.request.caller;
    const { state } = await this.#ledger.handler.load(key, keyId);
    if (state.keyId === null || (state.partnerId !== actor.partnerId && !operator))
      throw new RefusedError(refuse('KEY_NOT_FOUND', 'there is no such key'));
    return this.#sender.send(sent, RevokeKey, { keyId });
  }
}
