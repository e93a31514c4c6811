export { cotermEnd, latestMonthEnd } from './alignment.ts';
export { anchorOf, type Anchor, type AnchorRule } from './anchor.ts';
export { addDays, dayOf, days, isDay, monthOf, startOf } from './day.ts';
export { durationMs, elapsedMs, isDuration, normaliseInstant, plus } from './instant.ts';
export {
  billingCycles,
  cycleAt,
  cycleIndexOn,
  cycleMonthsOf,
  monthsOf,
  termFrom,
  terms,
  type BillingCycle,
  type Cycle,
  type Period,
  type Term,
} from './term.ts';
export { LATEST_INSTANT, MoveClock, simulatedClock, type ClockMoved } from './ledger-clock.ts';
export type { RefusalCode } from './refusals.ts';
