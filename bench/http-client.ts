import { connect, type Socket } from 'node:net';

export type Request = { readonly method: string; readonly path: string; readonly key?: string; readonly body: object };

/**
 * A connection that is kept alive and sends one request after the other: as little of a client as there can be, since it
 * shares the machine with the server that is measured.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  #received = '';
  #answered: { resolve: (body: string) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#receive(text);
    });
    const broken = (error?: Error) => {
      this.#answered?.reject(error ?? new Error('the server hung up'));
    };
    socket.on('error', broken).on('close', () => {
      broken();
    });
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port, host } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        resolve(new Connection(socket, host));
      });
      socket.once('error', reject);
    });
  }

  /** Returns the body. Rejects unless the status is 200 or 201. */
  send({ method, path, key, body }: Request): Promise<string> {
    const text = JSON.stringify(body);
    const authorization = key === undefined ? '' : `Authorization: Bearer ${key}\r\n`;
    return new Promise((resolve, reject) => {
      this.#answered = { resolve, reject };
      this.#socket.write(
        `${method} ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${authorization}Content-Type: application/json\r\n` +
          `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
      );
    });
  }

  close(): void {
    this.#answered = undefined;
    this.#socket.destroy();
  }

  /** An answer is complete when its body is as long as its header says. */
  #receive(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#received.slice(0, end))?.[1];
    const body = this.#received.slice(end + 4);
    if (length === undefined || body.length < Number(length)) return;
    const answered = this.#answered;
    const status = this.#received.slice(9, 12);
    this.#received = '';
    if (status === '200' || status === '201') answered?.resolve(body);
    else answered?.reject(new Error(`answered ${status}: ${body}`));
  }
}
