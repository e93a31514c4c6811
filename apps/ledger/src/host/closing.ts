import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../http/problem.ts';

/** How long a server that is closing waits for what is under way: longer than any answer of ours is held back. */
const GRACE_MS = 6_000;
/** How often it looks for connections that have nothing more to say. */
const IDLE_LOOK_MS = 50;

/**
 * Lets a server close in order (http-api.md §1): it takes nothing new, what is under way is finished, and whoever has not come to
 * an end within the grace, because of half a request that never becomes a whole one, is cut off.
 */
export const closeInOrder = (fastify: FastifyInstance): void => {
  const underWay = new UnderWay();
  let deadline: number | undefined;
  fastify.addHook('onRequest', (_, reply, done) => {
    if (deadline !== undefined) {
      done(new ProblemError('EVENT_STORE_UNAVAILABLE', 'this ledger is about to end and takes nothing new: try again'));
      return;
    }
    underWay.begin();
    reply.raw.once('close', () => {
      underWay.end();
    });
    done();
  });
  fastify.addHook('onSend', (_, reply, payload, done) => {
    // Or the next request would come on this connection, and not to whoever takes over.
    if (deadline !== undefined) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('preClose', (done) => {
    deadline = Date.now() + GRACE_MS;
    endConnections(fastify.server);
    done();
  });
  // For a name with several addresses Fastify has several servers, and itself waits for the first of them alone.
  fastify.addHook('onClose', () => underWay.none((deadline ?? 0) - Date.now()));
};

/** Those that fall idle, as they do: a last answer under way would else keep its connection, and the process, alive. */
const endConnections = (server: Server): void => {
  const looking = setInterval(() => {
    server.closeIdleConnections();
  }, IDLE_LOOK_MS);
  const grace = setTimeout(() => {
    server.closeAllConnections();
  }, GRACE_MS);
  server.once('close', () => {
    clearInterval(looking);
    clearTimeout(grace);
  });
};

/** Requests that are not answered yet. */
class UnderWay {
  #count = 0;
  #onNone: (() => void) | undefined;

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#onNone?.();
  }

  /** Resolves when there are none, or after so many milliseconds. */
  none(patience: number): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.#onNone = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
