import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { fingerprintOf, RevisionConflict } from '#event-store';
import { isRefusal, type CommandOptions } from '#kernel';
import { CheckOutCart, CreateCart, ReplaceCartLines, ReviewCart, type CartLine } from '#order';
import { dispatch, type CommandAnswer, Ledger } from '#ledger';
import { checkOut } from './check-out.ts';
import { numbered } from './carts.views.ts';
import type { Refusal } from '#ledger';

type Answered = Promise<CommandAnswer | Refusal>;

/** How often a review is tried when other requests keep changing the cart. */
const ROUNDS = 10;

/** Adds what a cart's event says to the usual response. It comes from the event alone, so a replay returns the same. */
const withCart = (answer: CommandAnswer | Refusal, status: 'open' | 'reviewed'): CommandAnswer | Refusal => {
  if (isRefusal(answer)) return answer;
  const [event] = answer.body['events'] as readonly { readonly data: { readonly lines?: readonly CartLine[] } }[];
  const told = event?.data ?? {};
  const lines = told.lines === undefined ? {} : { lines: numbered(told.lines) };
  return { ...answer, body: { ...told, status, ...lines, ...answer.body } };
};

/** The command without the findings about its lines: they are recorded with it, but are not part of the request. */
const asAsked = (asked: CreateCart | ReplaceCartLines | ReviewCart): CommandOptions => ({
  ...asked.options,
  fingerprint: fingerprintOf(asked),
});

@CommandHandler(CreateCart)
class Create implements ICommandHandler<CreateCart, CommandAnswer | Refusal> {
  constructor(private readonly ledger: Ledger) {}

  async execute(asked: CreateCart): Answered {
    const { data, meta } = asked;
    const { errors } = await this.ledger.orders.previewCart(data, meta);
    const answer = await dispatch(this.ledger.dispatching, {
      decider: await this.ledger.orders.cart(meta, data.customerId),
      id: data.cartId,
      command: new CreateCart({ ...data, errors }, meta, asAsked(asked)),
      ids: { cartId: data.cartId },
      location: `/v1/carts/${data.cartId}`,
    });
    if (isRefusal(answer)) return answer;
    const [created] = answer.body['events'] as readonly { readonly effectiveAt: string }[];
    return withCart({ ...answer, body: { ...answer.body, createdAt: created?.effectiveAt } }, 'open');
  }
}

@CommandHandler(ReplaceCartLines)
class Replace implements ICommandHandler<ReplaceCartLines, CommandAnswer | Refusal> {
  constructor(private readonly ledger: Ledger) {}

  async execute(asked: ReplaceCartLines): Answered {
    const { data, meta, target } = asked;
    const found = await this.ledger.orders.cartOf(target, meta.actor);
    if (isRefusal(found)) return found;
    const { cartId, customerId } = found.cart;
    const { errors } = await this.ledger.orders.previewCart({ cartId, customerId, lines: data.lines }, meta);
    const answer = await dispatch(this.ledger.dispatching, {
      decider: await this.ledger.orders.cart(meta),
      id: cartId,
      command: new ReplaceCartLines({ cartId, ...data, errors }, meta, asAsked(asked)),
      ids: { cartId },
    });
    return withCart(answer, 'open');
  }
}

@CommandHandler(ReviewCart)
class Review implements ICommandHandler<ReviewCart, CommandAnswer | Refusal> {
  constructor(private readonly ledger: Ledger) {}

  /** Findings are recorded only for the lines that they are about. If the lines changed in between, they are judged again. */
  async execute(asked: ReviewCart): Answered {
    const { meta, target: cartId } = asked;
    const options = asAsked(asked);
    for (let round = 0; round < ROUNDS; round += 1) {
      const found = await this.ledger.orders.cartOf(cartId, meta.actor);
      if (isRefusal(found)) return found;
      const { totals, amounts, errors } = await this.ledger.orders.previewCart(found.cart, meta);
      const expectedRevision = options.expectedRevision ?? found.revision;
      const answer = await dispatch(this.ledger.dispatching, {
        decider: await this.ledger.orders.cart(meta),
        id: cartId,
        command: new ReviewCart({ cartId, totals, amounts, errors }, meta, { ...options, expectedRevision }),
        ids: { cartId },
      });
      const moved = isRefusal(answer) && answer.refused === 'REVISION_MISMATCH';
      if (!moved || options.expectedRevision !== undefined) return withCart(answer, 'reviewed');
    }
    throw new RevisionConflict(`cart-${cartId}`, 0, 0);
  }
}

@CommandHandler(CheckOutCart)
class CheckOut implements ICommandHandler<CheckOutCart, CommandAnswer | Refusal> {
  constructor(private readonly ledger: Ledger) {}

  execute(command: CheckOutCart): Answered {
    return checkOut(this.ledger, command);
  }
}

export const cartHandlers = [Create, Replace, Review, CheckOut];
