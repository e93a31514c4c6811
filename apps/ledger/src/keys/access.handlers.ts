import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CreateKey, key, partner, RegisterPartner, RevokeKey } from '#access';
import { fingerprintOf } from '#event-store';
import { isRefusal, refuse } from '#kernel';
import { dispatch, type CommandAnswer, Ledger } from '#ledger';
import type { Refusal } from '#ledger';

type Answered = CommandAnswer | Refusal;

/** How long a response waits until this process knows the new key, in milliseconds. */
const WAIT_MS = 5_000;

@CommandHandler(RegisterPartner)
class RegisterPartnerHandler implements ICommandHandler<RegisterPartner, Answered> {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  execute(command: RegisterPartner): Promise<Answered> {
    const { partnerId } = command.data;
    return dispatch(this.#ledger.dispatching, {
      decider: partner,
      id: partnerId,
      command,
      ids: { partnerId },
      location: `/v1/partners/${partnerId}`,
    });
  }
}

@CommandHandler(CreateKey)
class CreateKeyHandler implements ICommandHandler<CreateKey, Answered> {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async execute(command: CreateKey): Promise<Answered> {
    const { hash: _, ...asked } = command.data;
    const { keyId, partnerId } = asked;
    const { state } = await this.#ledger.handler.load(partner, partnerId);
    if (state.partnerId === null) return refuse('PARTNER_NOT_FOUND', 'there is no such partner');
    const answer = await dispatch(this.#ledger.dispatching, {
      decider: key,
      id: keyId,
      // Every attempt generates another key; the request is the same.
      command: new CreateKey(command.data, command.meta, {
        ...command.options,
        fingerprint: fingerprintOf({ type: command.type, data: asked }),
      }),
      ids: { keyId },
      location: `/v1/keys/${keyId}`,
    });
    if (isRefusal(answer)) return answer;
    await this.#ledger.access.reached(answer.position, WAIT_MS);
    return bare(answer, { keyId });
  }
}

@CommandHandler(RevokeKey)
class RevokeKeyHandler implements ICommandHandler<RevokeKey, Answered> {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async execute(command: RevokeKey): Promise<Answered> {
    const { keyId } = command.data;
    const answer = await dispatch(this.#ledger.dispatching, { decider: key, id: keyId, command, ids: { keyId } });
    if (isRefusal(answer)) return answer;
    if (answer.body.dryRun !== true) this.#ledger.access.revoke(keyId);
    return bare(answer, { keyId });
  }
}

/** The response without its events: those hold the hash of a key. */
const bare = (answer: CommandAnswer, ids: Readonly<Record<string, string>>): CommandAnswer => {
  const { dryRun, quoteToken } = answer.body;
  return { ...answer, body: dryRun === true ? { ...ids, dryRun, quoteToken } : ids };
};

export const accessHandlers = [RegisterPartnerHandler, CreateKeyHandler, RevokeKeyHandler];
