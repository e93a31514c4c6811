import { bootstrap } from './steps/first-key.ts';
import { generateKey } from '../access/keys.ts';
import { publishCatalogue } from './steps/catalog-file.ts';
import type { Ledger } from '#ledger';
import type { Settings } from '../config/options.ts';
import { retryWhileUnavailable } from './retry-while-unavailable.ts';
import { adoptPolicy } from './steps/adopt-policy.ts';

/** How long a start waits until the process and the read models know its own key, in milliseconds. */
const WAIT_MS = 10_000;
/** How often it looks whether that is of any use, in milliseconds. */
const LOOK_MS = 100;

export type StartOptions = {
  /** Whether to make the operator's key at the first start, if the options name none. */
  readonly makeKey?: boolean;
  /** Called with each new reason for which the start waits; the default logs it. */
  readonly onWaiting?: (reason: string) => void;
};

export type Started = {
  /** The operator's key, if one was made at this start: shown once. */
  readonly administratorKey: string | undefined;
};

/**
 * Starts the duties of this process, and records what the configuration names: rules, catalog, the partner `default`, the
 * operator's key. Waits while a remote store is unavailable. Rejects with a `ConfigurationError` for a catalog that cannot be
 * used, and with a store's error if waiting does not help.
 */
export const startUp = async (ledger: Ledger, settings: Settings, options: StartOptions): Promise<Started> => {
  const { logger } = settings;
  const { makeKey = false, onWaiting = (reason) => logger.warn({}, `waits for its stores: ${reason}`) } = options;
  // Generated once: an attempt that failed later may have recorded it.
  const fresh = makeKey ? generateKey() : undefined;
  const administratorKey = await retryWhileUnavailable(ledger, () => begin(ledger, settings, fresh), onWaiting);
  ledger.isStarted = true;
  return { administratorKey };
};

/** Every step that needs the stores. May be repeated when a store became unavailable midway. */
const begin = async (
  ledger: Ledger,
  { catalogue, apiKey, policy, roles, logger }: Settings,
  fresh: string | undefined,
): Promise<string | undefined> => {
  await ledger.refreshAtStart();
  // Other roles decide nothing, so their rules do not count.
  if (roles.has('api') || roles.has('scheduler')) await adoptPolicy(ledger, policy);
  if (roles.has('api') && catalogue !== undefined) await publishCatalogue(ledger, catalogue);
  // Only after these steps: settlements need the catalog and rules that are in force.
  await ledger.startRoles();
  if (!roles.has('api')) return undefined;
  const { administratorKey, position } = await bootstrap(ledger, apiKey, fresh, () =>
    logger.warn({}, 'the key in SUBLEDGER_API_KEY was revoked and is not accepted: set another one'),
  );
  // The first request must find its key.
  await ledger.access.reached(position, WAIT_MS);
  // It must also find the lists of a small ledger served. A long rebuild goes on meanwhile, with 503 for its lists.
  await ledger.projectorRole.reached(position, { of: ['access'], timeoutMs: WAIT_MS, signal: untilFailed(ledger) });
  return administratorKey;
};

/** Aborts when the ledger closes or a read model cannot be built, as from a damaged log: that is for `/health` to say. */
const untilFailed = ({ closing, projectorRole }: Ledger): AbortSignal => {
  const over = new AbortController();
  const looking = setInterval(() => {
    if (projectorRole.statuses().some(({ state }) => state === 'failed')) over.abort();
  }, LOOK_MS).unref();
  setTimeout(() => {
    clearInterval(looking);
  }, WAIT_MS).unref();
  return AbortSignal.any([closing, over.signal]);
};
