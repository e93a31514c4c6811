import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LATEST_INSTANT, normaliseInstant } from '#calendar';
import type { Instant } from '#kernel';
import { type ProcessRole, type StoreLocations, storeLocationsFrom, usesFolder, InvalidStoreUrl } from '#ledger';
import { isPresetName, parsePolicyTimeline, presetNames, timelineOf, type PolicyTimeline } from '#policy';
import { readOidc, type Oidc } from './oidc.ts';
import { ConfigurationError } from './configuration-error.ts';

export { ConfigurationError };

const processRoles = ['api', 'projector', 'scheduler'] as const satisfies readonly ProcessRole[];

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Everything that the environment decides (http-api.md §1), read once at start. */
export type Configuration = {
  /** 0 picks a free port. */
  readonly port: number;
  readonly host: string;
  readonly locations: StoreLocations;
  /** Absolute. */
  readonly catalogueFile: string;
  readonly clock: { readonly kind: 'system' } | { readonly kind: 'simulated'; readonly from: Instant };
  /** The bootstrap administrator's key. */
  readonly apiKey?: string;
  readonly policy: PolicyTimeline;
  /** Requests a minute for one key, or for one subject of tokens. */
  readonly rateLimit?: number;
  /** Memory limit of the cached states, in bytes. */
  readonly cacheBytes: number;
  /** The issuer of accepted bearer tokens. Only keys are accepted if left out. */
  readonly oidc?: Oidc;
  readonly roles: ReadonlySet<ProcessRole>;
  readonly logLevel: (typeof logLevels)[number];
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment; an empty value counts as unset. Throws a `ConfigurationError` for the first invalid one. */
export const readConfiguration = (environment: Environment): Configuration => {
  const value = (name: string) => (environment[name] === '' ? undefined : environment[name]);
  const locations = placesOf(environment);
  const apiKey = value('SUBLEDGER_API_KEY');
  const rateLimit = value('SUBLEDGER_RATE_LIMIT');
  return {
    port: integer('PORT', value('PORT') ?? '3000', 0, 65_535),
    host: value('HOST') ?? '127.0.0.1',
    locations,
    catalogueFile: catalogueFile(value('SUBLEDGER_CATALOG')),
    clock: clock(value('SUBLEDGER_CLOCK') ?? 'system'),
    ...(apiKey === undefined ? {} : { apiKey: key(apiKey) }),
    policy: policy(value('SUBLEDGER_POLICY') ?? 'seed-2021-09'),
    ...(rateLimit === undefined ? {} : { rateLimit: integer('SUBLEDGER_RATE_LIMIT', rateLimit, 1, 1_000_000) }),
    cacheBytes: integer('SUBLEDGER_CACHE_MB', value('SUBLEDGER_CACHE_MB') ?? '256', 1, 1_000_000) * 1_048_576,
    ...readOidc(value),
    roles: roles(value('SUBLEDGER_ROLE') ?? 'all', locations),
    logLevel: oneOf('LOG_LEVEL', value('LOG_LEVEL') ?? 'warn', logLevels),
  };
};

const integer = (name: string, text: string, least: number, most: number): number => {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most))
    throw new ConfigurationError(name, `must be a whole number from ${least} to ${most}, not ${quoted(text)}`);
  return number;
};

const oneOf = <const T extends string>(name: string, text: string, words: readonly T[]): T => {
  const word = words.find((known) => known === text);
  if (word === undefined) throw new ConfigurationError(name, `must be one of ${words.join(', ')}, not ${quoted(text)}`);
  return word;
};

const clock = (text: string): Configuration['clock'] => {
  if (text === 'system') return { kind: 'system' };
  const from = text.startsWith('simulated:') ? normaliseInstant(text.slice('simulated:'.length)) : undefined;
  if (from === undefined)
    throw new ConfigurationError(
      'SUBLEDGER_CLOCK',
      `must be system or simulated:<ISO instant>, such as simulated:2021-06-18T09:00:00Z, not ${quoted(text)}`,
    );
  if (from > LATEST_INSTANT)
    throw new ConfigurationError('SUBLEDGER_CLOCK', `must not be later than ${LATEST_INSTANT}, as ${quoted(text)} is`);
  return { kind: 'simulated', from };
};

/** The key itself is never shown, not even in the message that it is invalid. */
const key = (text: string): string => {
  if (!/^[\x21-\x7e]{1,512}$/.test(text))
    throw new ConfigurationError('SUBLEDGER_API_KEY', 'must be 1 to 512 printable characters without spaces');
  return text;
};

const placesOf = (environment: Environment): StoreLocations => {
  try {
    return storeLocationsFrom(environment);
  } catch (error) {
    if (error instanceof InvalidStoreUrl) throw new ConfigurationError(error.variable, error.fault);
    throw error;
  }
};

const roles = (text: string, locations: StoreLocations): ReadonlySet<ProcessRole> => {
  if (text === 'all') return new Set(processRoles);
  const named = text.split(',').map((word) => word.trim());
  const known = processRoles.filter((role) => named.includes(role));
  if (known.length < new Set(named).size)
    throw new ConfigurationError(
      'SUBLEDGER_ROLE',
      `must be all, or a comma list of ${processRoles.join(', ')}, not ${quoted(text)}`,
    );
  // A data folder belongs to one process, so no other process could take the remaining duties.
  if (known.length < processRoles.length && usesFolder(locations))
    throw new ConfigurationError(
      'SUBLEDGER_ROLE',
      'leaves duties to other processes, which need both EVENTSTORE_URL and DATABASE_URL to be set',
    );
  return new Set(known);
};

const policy = (text: string): PolicyTimeline => {
  if (isPresetName(text)) return timelineOf(text);
  const parsed = parsePolicyTimeline(
    jsonFile('SUBLEDGER_POLICY', resolve(text), `must be one of ${presetNames.join(', ')}, or a JSON file`),
  );
  if (!('errors' in parsed)) return parsed;
  throw new ConfigurationError('SUBLEDGER_POLICY', `names the file ${text}, in which ${summary(parsed.errors)}`);
};

/** The problems of a file in one line; the first few if there are many. */
export const summary = (problems: readonly { readonly path: string; readonly message: string }[]): string => {
  const shown = problems.slice(0, 3).map(({ path, message }) => `${path === '' ? 'it' : path} ${message}`);
  return problems.length > shown.length
    ? `${shown.join('; ')}; and ${problems.length - shown.length} more`
    : shown.join('; ');
};

/** The content of a JSON file that a variable names. Throws a `ConfigurationError` that begins with `expected` if it is unusable. */
export const jsonFile = (variable: string, path: string, expected: string): unknown => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    throw new ConfigurationError(variable, `${expected}; the file ${path} cannot be read`);
  }
  if (!isUtf8(bytes)) throw new ConfigurationError(variable, `${expected}; the file ${path} is not UTF-8`);
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw new ConfigurationError(variable, `${expected}; the file ${path} is not JSON: ${(error as Error).message}`);
  }
};

/** The catalog that is shipped. */
const SAMPLE = 'catalog.sample.json';

const catalogueFile = (text: string | undefined): string => (text === undefined ? sampleFile() : resolve(text));

/** Found from the sources as well as from the build. */
const sampleFile = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, SAMPLE)) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, SAMPLE);
};

const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
