import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { StoreUnavailable } from '../event-store.ts';
import { ClientSession, type CallKind } from './client-session.ts';
import { toPortError, isAnswer, isNotLeader, TimedOut } from './failures.ts';

export type Call = {
  /** For the error's message. */
  readonly what: string;
  readonly kind: CallKind;
  /** How long it may go without an answer, in milliseconds. */
  readonly limit: number;
  /** How long it may take altogether, where it is answered bit by bit; `limit` when left out. */
  readonly longest?: number;
};

export type Work<T> = (session: ClientSession) => Promise<T>;

/**
 * One client at a time, made anew after each failure. The driver keeps what it waits for in one place for all clients of a
 * process, and an answer to what is no longer there ends the process: so the old one is silenced and gone before the
 * next one is used.
 */
export class Connection {
  readonly url: string;
  #session: ClientSession | undefined;
  #disposing: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(url: string) {
    this.url = url;
    // A connection string that cannot be read is to be found out at once.
    this.#session = new ClientSession(url);
  }

  /**
   * Does something with the client, when it is its turn. Rejects with what the driver threw if the server has answered; with
   * `StoreUnavailable` otherwise.
   */
  async run<T>(call: Call, work: Work<T>): Promise<T> {
    try {
      try {
        return await this.#attempt(call, work);
      } catch (error) {
        if (!isNotLeader(error)) throw error;
        // Nothing has happened; and once it has heard that, the driver goes to the node that leads.
        await yieldToEventLoop();
        return await this.#attempt(call, work);
      }
    } catch (error) {
      throw isAnswer(error) ? error : toPortError(error, call.what);
    }
  }

  async #attempt<T>(call: Call, work: Work<T>): Promise<T> {
    const { kind, limit, longest = limit } = call;
    const session = await this.session(limit);
    try {
      return await session.call(kind, longest, () => work(session));
    } catch (error) {
      this.failed(session, call, error);
      throw error;
    }
  }

  /** The current client, of a server that is known to be supported; for a subscription, too. */
  async session(limit: number): Promise<ClientSession> {
    await this.#disposing;
    if (this.#closed) throw new StoreUnavailable('the event store is closed');
    const session = (this.#session ??= new ClientSession(this.url));
    try {
      await session.serves(limit);
    } catch (error) {
      // It has never answered: there is nothing to wait for.
      if (!isAnswer(error) && !isNotLeader(error)) this.#giveUp(session);
      throw error;
    }
    return session;
  }

  /**
   * Reports that a call of a client has failed. After an answer the client is as good as before, and one that was given up
   * would not know who leads. A late call may be late by itself: the client is given up only if it does not answer another
   * one, which is not waited for here. After any other failure the driver has let go of its connection.
   */
  failed(session: ClientSession, { kind, limit }: Pick<Call, 'kind' | 'limit'>, error: unknown): void {
    if (this.#session !== session || isAnswer(error) || isNotLeader(error)) return;
    if (!(error instanceof TimedOut)) this.#giveUp(session);
    else void session.answers(kind, limit).then((answers) => answers || this.#giveUp(session));
  }

  /** Gives up a client. Its pending calls are rejected. */
  #giveUp(session: ClientSession): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#disposing = Promise.all([this.#disposing, session.dispose()]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#session !== undefined) this.#giveUp(this.#session);
    await this.#disposing;
  }
}
