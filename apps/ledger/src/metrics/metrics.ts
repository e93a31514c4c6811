import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Ledger } from '../ledger/ledger.ts';

/** What an operator watches, in Prometheus' words. */
@Injectable()
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Histogram({
    name: 'subledger_http_request_duration_seconds',
    help: 'How long requests took, by route, method and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [this.#registry],
  });
  readonly #commands = new Counter({
    name: 'subledger_commands_total',
    help: 'Commands by type and outcome: accepted, replayed, dryRun, or the code of the refusal.',
    labelNames: ['type', 'outcome'],
    registers: [this.#registry],
  });
  readonly #events = new Counter({
    name: 'subledger_command_events_total',
    help: 'Events that commands from outside recorded.',
    registers: [this.#registry],
  });

  constructor(ledger: Ledger) {
    collectDefaultMetrics({ register: this.#registry });
    const registers = [this.#registry];
    new Gauge({
      name: 'subledger_projection_lag_events',
      help: 'Events in the log that a projection has not applied yet.',
      labelNames: ['projection'],
      registers,
      collect() {
        for (const { name, lagEvents } of ledger.projecting.statuses()) this.set({ projection: name }, lagEvents);
      },
    });
    new Gauge({
      name: 'subledger_projection_lag_seconds',
      help: 'How long ago the oldest event was recorded that a projection has not applied yet.',
      labelNames: ['projection'],
      registers,
      collect() {
        for (const { name, lagSeconds } of ledger.projecting.statuses()) this.set({ projection: name }, lagSeconds);
      },
    });
    new Gauge({
      name: 'subledger_projection_quarantined_streams',
      help: 'Streams that a projection no longer follows, because one of their events cannot be applied.',
      labelNames: ['projection'],
      registers,
      collect() {
        for (const { name, quarantined } of ledger.projecting.statuses())
          this.set({ projection: name }, quarantined.length);
      },
    });
    new Gauge({
      name: 'subledger_subscriptions_overdue',
      help: 'Subscriptions for which something fell due that is not recorded yet.',
      registers,
      async collect() {
        // A read store that is away shows in the lags: the rest is told all the same.
        const status = await ledger.scheduler.status().catch(() => undefined);
        if (status !== undefined) this.set(status.overdue);
      },
    });
  }

  /** Counts a command that was answered. */
  commandEnded(type: string, outcome: string): void {
    this.#commands.inc({ type, outcome });
  }

  /** Counts events that were recorded just now. */
  recorded(events: number): void {
    this.#events.inc(events);
  }

  /** Notes how long an answer took. `route` is the pattern, not the path: paths are endless. */
  requestEnded(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
