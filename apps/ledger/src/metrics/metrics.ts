import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Ledger } from '#ledger';

/** Metrics for operators, in the format of Prometheus. */
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
    showStanding(ledger, this.#registry);
  }

  /** Counts a command that got a response. */
  commandEnded(type: string, outcome: string): void {
    this.#commands.inc({ type, outcome });
  }

  /** Counts events that were just recorded. */
  recorded(events: number): void {
    this.#events.inc(events);
  }

  /** Notes how long a response took. `route` is the pattern, not the path, which has endless values. */
  requestEnded(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics, in the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Measures how far this process has come, at each request for the metrics. */
const showStanding = (ledger: Ledger, registry: Registry): void => {
  const registers = [registry];
  // The measurements of a former leader are stale once another one leads: hence each reset.
  new Gauge({
    name: 'subledger_projection_lag_events',
    help: 'Events in the log that a projection has not applied yet.',
    labelNames: ['projection'],
    registers,
    collect() {
      this.reset();
      for (const { name, lagEvents } of ledger.projectorRole.statuses()) this.set({ projection: name }, lagEvents);
    },
  });
  new Gauge({
    name: 'subledger_projection_lag_seconds',
    help: 'How long ago the oldest event was recorded that a projection has not applied yet.',
    labelNames: ['projection'],
    registers,
    collect() {
      this.reset();
      for (const { name, lagSeconds } of ledger.projectorRole.statuses()) this.set({ projection: name }, lagSeconds);
    },
  });
  new Gauge({
    name: 'subledger_projection_quarantined_streams',
    help: 'Streams that a projection no longer follows, because one of their events cannot be applied.',
    labelNames: ['projection'],
    registers,
    collect() {
      this.reset();
      for (const { name, quarantined } of ledger.projectorRole.statuses())
        this.set({ projection: name }, quarantined.length);
    },
  });
  showDuties(ledger, registers);
};

const showDuties = (ledger: Ledger, registers: Registry[]): void => {
  new Gauge({
    name: 'subledger_leads',
    help: 'Whether this process does what only one process may do at a time (1), or stands by (0).',
    labelNames: ['duty'],
    registers,
    collect() {
      const { roles, projectorRole, schedulerRole } = ledger;
      const own = [
        ...(roles.has('projector') ? [projectorRole] : []),
        ...(roles.has('scheduler') ? [schedulerRole] : []),
      ];
      for (const { name, state } of own.map((one) => one.status()))
        this.set({ duty: name }, state === 'leading' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'subledger_subscriptions_overdue',
    help: 'Subscriptions for which something fell due that is not recorded yet.',
    registers,
    async collect() {
      // An unavailable read store shows in the lags; the other metrics must still be reported.
      const status = await ledger.scheduler.status().catch(() => undefined);
      if (status !== undefined) this.set(status.overdue);
    },
  });
};
