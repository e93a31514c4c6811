import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from './faults.ts';
import type { Order } from './main.ts';

export type StandInOptions = {
  /** Whether it speaks TLS and authenticates its callers. */
  readonly secure?: boolean;
  /** The version that it reports. */
  readonly version?: string;
};

/** A stand-in for EventStoreDB in a process of its own, so that it can be killed, paused, and made to fail. */
export class StandIn {
  readonly #folder = mkdtempSync(join(tmpdir(), 'eventstoredb-'));
  readonly #certificate: string | undefined;
  readonly #version: string | undefined;
  #process: ChildProcess | undefined;
  #port = 0;

  private constructor({ secure = false, version }: StandInOptions) {
    this.#version = version;
    this.#certificate = secure ? join(this.#folder, 'certificate.pem') : undefined;
  }

  /** Starts one on any free port; call `stop` at the end. */
  static async start(options: StandInOptions = {}): Promise<StandIn> {
    const standIn = new StandIn(options);
    await standIn.restart();
    return standIn;
  }

  get url(): string {
    return this.urlFor('admin', 'changeit');
  }

  /** Its address with the given credentials; without TLS they are ignored. */
  urlFor(user: string, password: string): string {
    if (this.#certificate === undefined) return `esdb://127.0.0.1:${this.#port}?tls=false`;
    return `esdb://${user}:${password}@localhost:${this.#port}?tlsCAFile=${this.#certificate}`;
  }

  /** Starts it, or starts it again with the same address and log. */
  async restart(): Promise<void> {
    const main = join(import.meta.dirname, 'main.ts');
    const data = join(this.#folder, 'journal');
    const security = this.#certificate === undefined ? [] : ['--certificate', this.#certificate];
    const version = this.#version === undefined ? [] : ['--version', this.#version];
    const started = fork(main, ['--port', String(this.#port), '--data', data, ...security, ...version], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.#process = started;
    const ended = once(started, 'exit').then(() => {
      throw new Error('the stand-in ended before it listened');
    });
    const [message] = (await Promise.race([once(started, 'message'), ended])) as [{ readonly port: number }];
    this.#port = message.port;
  }

  /** Kills it at once, as a power cut would. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    this.#process = undefined;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  }

  /** Kills it, deletes its log, and starts an empty one at the same address. */
  async wipe(): Promise<void> {
    await this.kill();
    rmSync(join(this.#folder, 'journal'));
    await this.restart();
  }

  /** Suspends it: connections stay open, but nothing is answered. */
  hang(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** Resumes it after `hang`. */
  goOn(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Makes a fault happen the given number of times. */
  fault(fault: Fault, times = 1): Promise<void> {
    return this.#order({ fault, times });
  }

  /** Breaks every connection. */
  breakAll(): Promise<void> {
    return this.#order({ breakAll: true });
  }

  /** Clears all faults. */
  clear(): Promise<void> {
    return this.#order({ clear: true });
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #order(order: Order): Promise<void> {
    if (this.#process === undefined) return;
    const done = once(this.#process, 'message');
    this.#process.send(order);
    await done;
  }
}
