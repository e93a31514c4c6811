import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One connection on which a test writes the bytes of HTTP itself: requests that no client would send, or in pieces. */
export class WireTalk {
  readonly #socket: Socket;
  readonly #closed: Promise<unknown>;
  #heard = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
    // A cut connection does not fail a test; the test examines what was received until then.
    socket.on('error', () => undefined).on('data', (chunk) => (this.#heard += chunk.toString()));
  }

  /** Connects to a ledger at its address, `http://127.0.0.1:3000`, or to another address of the same machine. */
  static async to(base: string, host = '127.0.0.1'): Promise<WireTalk> {
    const socket = connect(Number(new URL(base).port), host);
    await once(socket, 'connect');
    return new WireTalk(socket);
  }

  say(text: string): void {
    this.#socket.write(text);
  }

  /** Everything that was received by the time the other side closed the connection. */
  async heard(): Promise<string> {
    await this.#closed;
    return this.#heard;
  }

  hangUp(): void {
    this.#socket.destroy();
  }
}
