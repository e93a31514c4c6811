import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One connection on which a test writes the bytes of HTTP itself: what no client would send, or not in one piece. */
export class WireTalk {
  readonly #socket: Socket;
  readonly #closed: Promise<unknown>;
  #heard = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
    // A connection that is cut is no failure of a test; what was heard until then is what it looks at.
    socket.on('error', () => undefined).on('data', (chunk) => (this.#heard += chunk.toString()));
  }

  /** Connects to a ledger at its address, `http://127.0.0.1:3000`; to another address of the same machine if one is named. */
  static async to(base: string, host = '127.0.0.1'): Promise<WireTalk> {
    const socket = connect(Number(new URL(base).port), host);
    await once(socket, 'connect');
    return new WireTalk(socket);
  }

  say(text: string): void {
    this.#socket.write(text);
  }

  /** Everything that was heard, once the other side has closed the connection. */
  async heard(): Promise<string> {
    await this.#closed;
    return this.#heard;
  }

  hangUp(): void {
    this.#socket.destroy();
  }
}
