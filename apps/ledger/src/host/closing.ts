import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../http/problem.ts';

/** How long a closing server waits for open requests: longer than any of our responses is delayed. */
const GRACE_MS = 6_000;
/** How often it looks for idle connections. */
const IDLE_LOOK_MS = 50;

/**
 * Closes a server in order (http-api.md §1): it takes no new requests, open ones are finished, and connections that have not
 * ended within the grace period, such as those with half a request, are cut off.
 */
export const closeInOrder = (fastify: FastifyInstance): void => {
  const underWay = new UnderWay();
  let deadline: number | undefined;
  fastify.addHook('onRequest', (_, reply, done) => {
    if (deadline !== undefined) {
      done(new ProblemError('EVENT_STORE_UNAVAILABLE', 'this process is shutting down: try again'));
      return;
    }
    underWay.begin();
    reply.raw.once('close', () => {
      underWay.end();
    });
    done();
  });
  fastify.addHook('onSend', (_, reply, payload, done) => {
    // Otherwise the next request would come on this connection, and not to another process.
    if (deadline !== undefined) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('preClose', (done) => {
    deadline = Date.now() + GRACE_MS;
    endConnections(fastify.server);
    done();
  });
  // For a name with several addresses Fastify has several servers, and waits itself only for the first one.
  fastify.addHook('onClose', () => underWay.none((deadline ?? 0) - Date.now()));
};

/** Ends connections as they fall idle: after its last response, a connection would keep the process alive. */
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

/** Requests without a response yet. */
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

  /** Resolves when no request is open, or after `patience` milliseconds. */
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
