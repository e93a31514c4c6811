import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { isRefusal, START, type Command, type CommandOptions } from '#kernel';
import {
  idForCreation,
  Ledger,
  mayBeGiven,
  metaFor,
  type CommandAnswer,
  type CommandRequest,
  type Creation,
  type Refusal,
  type Stream,
} from '#ledger';
import { Metrics } from '../metrics/metrics.ts';
import { InvalidRequest, RefusedError } from '../http/problem.ts';
import type { Sent } from './command-context.ts';
import type { PartnerMeta } from '#policy';

/** A class of commands that derive their stream from their data. */
type CommandType<Given> = {
  new (given: Given, meta: PartnerMeta, options: CommandOptions): Command;
  streamOf(given: Given): Stream;
};

/** Takes every command from its route to the bus, and its result into HTTP. */
@Injectable()
export class CommandSender {
  readonly #bus: CommandBus;
  readonly #ledger: Ledger;
  readonly #metrics: Metrics;

  constructor(bus: CommandBus, ledger: Ledger, metrics: Metrics) {
    this.#bus = bus;
    this.#ledger = ledger;
    this.#metrics = metrics;
  }

  /**
   * The id of a resource that a command creates: the one that is given, or else one derived from the caller's key. Throws a
   * `InvalidRequest` for a given one that is reserved, and when the event store is unavailable.
   */
  async idFor(resource: Creation['resource'], { request }: Sent, given: string | undefined): Promise<string> {
    const { caller, idempotencyKey } = request;
    const creation = { resource, partnerId: caller.actor.partnerId, idempotencyKey };
    if (given === undefined) return idForCreation(this.#ledger.store, creation);
    if (await mayBeGiven(this.#ledger.store, creation, given)) return given;
    const message = 'must not be a UUID of version 8, which the ledger keeps for ids that it derives';
    throw new InvalidRequest([{ path: `${resource}Id`, message }]);
  }

  /** Sends a command to its aggregate. Returns the body of the response; throws a `RefusedError` for a refusal. */
  async send<Given>(
    { request, reply }: Sent,
    Command: CommandType<Given>,
    given: Given,
  ): Promise<CommandAnswer['body']> {
    await this.#ledger.refresh();
    const meta = metaFor(request, Command.streamOf(given), this.#ledger.clock.now());
    const command = new Command(given, meta, request.options);
    void reply.header('idempotency-key', request.idempotencyKey);
    const answer = await this.#bus.execute<Command, CommandAnswer | Refusal>(command);
    if (isRefusal(answer)) {
      this.#metrics.commandEnded(command.type, answer.refused);
      throw new RefusedError(answer);
    }
    this.#count(command, request, answer);
    const { created, replayed, revision, position, body } = answer;
    // A dry run creates nothing.
    const location =
      request.options.dryRun === true || created === undefined ? undefined : mountOf(reply) + created.location;
    void reply.code(location === undefined ? 200 : 201).headers({
      etag: `"${revision}"`,
      // A preview on a new stream has no position.
      ...(position === START ? {} : { 'ledger-position': position }),
      ...(location === undefined ? {} : { location }),
      ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
    });
    return body;
  }

  #count({ type }: Command, { options: { dryRun } }: CommandRequest, { replayed, body }: CommandAnswer): void {
    const outcome = replayed ? 'replayed' : dryRun === true ? 'dryRun' : 'accepted';
    this.#metrics.commandEnded(type, outcome);
    if (outcome === 'accepted' && Array.isArray(body['events'])) this.#metrics.recorded(body['events'].length);
  }
}

/** The prefix that a host has put before the ledger's paths. */
const mountOf = ({ request: { routeOptions } }: Sent['reply']): string => {
  const { url = '' } = routeOptions;
  return url.slice(0, Math.max(0, url.lastIndexOf('/v1/')));
};
