import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { normaliseInstant, simulatedClock } from '#calendar';
import type { CommandHandler } from '#event-store';
import type { Instant } from '#kernel';
import { type StoreLocations, storeLocationsFrom } from '#ledger';
import { isPresetName, parsePolicyTimeline, presetNames, timelineOf, type PolicyTimeline } from '#policy';
import { fail } from './failure.ts';

/** An empty value counts as unset, as for the server. */
const variable = (name: string): string | undefined => process.env[name] || undefined;

/** The locations of the stores, from the same variables as the server's. */
export const locations = (): StoreLocations => storeLocationsFrom(process.env);

/** The time of the ledger's clock (`SUBLEDGER_CLOCK`): a simulated one never goes back behind its last recorded time. */
export const ledgerNow = async (handler: CommandHandler): Promise<Instant> => {
  const clock = variable('SUBLEDGER_CLOCK') ?? 'system';
  if (clock === 'system') return new Date().toISOString();
  const from = clock.startsWith('simulated:') ? normaliseInstant(clock.slice('simulated:'.length)) : undefined;
  if (from === undefined) return fail(`SUBLEDGER_CLOCK must be system or simulated:<ISO instant>, not ${clock}`);
  const { state: lastShown } = await handler.load(simulatedClock, 'simulated');
  return lastShown > from ? lastShown : from;
};

/** The rules for future decisions (`SUBLEDGER_POLICY`): existing subscriptions keep the ones to which they are pinned. */
export const policies = (): PolicyTimeline => {
  const policy = variable('SUBLEDGER_POLICY') ?? 'seed-2021-09';
  if (isPresetName(policy)) return timelineOf(policy);
  const expected = `SUBLEDGER_POLICY must be one of ${presetNames.join(', ')}, or a JSON file`;
  const parsed = parsePolicyTimeline(jsonIn(policy, expected));
  if (!('errors' in parsed)) return parsed;
  const [first] = parsed.errors;
  return fail(`SUBLEDGER_POLICY names the file ${policy}, in which ${first?.path ?? ''} ${first?.message ?? ''}`);
};

/** The content of a JSON file. Fails with a line that begins with `expected` if it cannot be read. */
export const jsonIn = (path: string, expected: string): unknown => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return fail(`${expected}: ${path} cannot be read`);
  }
  if (!isUtf8(bytes)) return fail(`${expected}: ${path} is not UTF-8`);
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    return fail(`${expected}: ${path} is not JSON (${(error as Error).message})`);
  }
};
