import type { ConfigurableModuleOptionsFactory } from '@nestjs/common';
import type { PolicyTimeline, PresetName } from '#policy';
import { parsePolicyTimeline } from '#policy';
import type { Logger } from '#read-store';
import { ConfigurationError } from './configuration-error.ts';
import { readConfiguration, summary, type Configuration } from './configuration.ts';
import type { ProcessRole } from '#ledger';
import { nestLogger } from './nest-logger.ts';

/** The options of an embedded ledger. Each corresponds to an environment variable (docs/operating.md). */
export type SubledgerOptions = {
  /** Where the log and the read models are stored unless they have a URL. There is no default. */
  readonly dataFolder?: string | undefined;
  /** `esdb://…`: the log is in EventStoreDB or KurrentDB. One such server for one process. */
  readonly eventStoreUrl?: string | undefined;
  /** `postgresql://…`: the read models are in PostgreSQL. */
  readonly databaseUrl?: string | undefined;
  /** `system` when left out. A simulated clock moves only by command. */
  readonly clock?: 'system' | `simulated:${string}` | (string & {}) | undefined;
  /** A preset (`seed-2021-09` when left out), a policy file, or the content of one. */
  readonly policy?: PresetName | (string & {}) | object | undefined;
  /** A catalog file, or the content of one: published at start if it is new. Left out: the log's catalog stays in force. */
  readonly catalogue?: string | object | undefined;
  /** The duties of this process; all of them when left out. */
  readonly roles?: readonly ProcessRole[] | undefined;
  /** The operator's key; only for callers over HTTP. */
  readonly apiKey?: string | undefined;
  /** Requests a minute for one key, or one subject of tokens, over HTTP. */
  readonly rateLimit?: number | undefined;
  /** Memory limit of the cached states, in MiB; 256 when left out. Other states are read again when needed. */
  readonly cacheMb?: number | undefined;
  /** Whose bearer tokens are accepted beside keys, over HTTP. */
  readonly oidc?: TokenIssuer | undefined;
  /** The ledger's logger: pino's loggers fit. Nest's own `Logger`, when left out. */
  readonly logger?: Logger | undefined;
  /** Whether the ledger starts with the application (`true` when left out), or when `Subledger.start()` is called. */
  readonly autoStart?: boolean | undefined;
};

/** What `forRootAsync({ useClass })` asks for. */
export type SubledgerOptionsFactory = ConfigurableModuleOptionsFactory<SubledgerOptions, 'createSubledgerOptions'>;

export type TokenIssuer = {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** `role` when left out. */
  readonly roleClaim?: string | undefined;
  /** `partner` when left out. */
  readonly partnerClaim?: string | undefined;
};

/** The checked options of a ledger within an application. */
export type Settings = Pick<
  Configuration,
  'locations' | 'clock' | 'policy' | 'roles' | 'apiKey' | 'rateLimit' | 'cacheBytes' | 'oidc'
> & {
  readonly catalogue: string | object | undefined;
  readonly logger: Logger;
  readonly autoStart: boolean;
};

/** For Nest's injection: `@Inject(SETTINGS)`. */
export const SETTINGS = Symbol('Settings');

/** Option names by the corresponding variable. */
const optionOf: Readonly<Record<string, string>> = {
  SUBLEDGER_DATA: 'dataFolder',
  EVENTSTORE_URL: 'eventStoreUrl',
  DATABASE_URL: 'databaseUrl',
  SUBLEDGER_CLOCK: 'clock',
  SUBLEDGER_POLICY: 'policy',
  SUBLEDGER_CATALOG: 'catalogue',
  SUBLEDGER_ROLE: 'roles',
  SUBLEDGER_API_KEY: 'apiKey',
  SUBLEDGER_RATE_LIMIT: 'rateLimit',
  SUBLEDGER_CACHE_MB: 'cacheMb',
  SUBLEDGER_OIDC_ISSUER: 'oidc.issuer',
  SUBLEDGER_OIDC_AUDIENCE: 'oidc.audience',
  SUBLEDGER_OIDC_JWKS_URL: 'oidc.jwksUrl',
  SUBLEDGER_OIDC_ROLE_CLAIM: 'oidc.roleClaim',
  SUBLEDGER_OIDC_PARTNER_CLAIM: 'oidc.partnerClaim',
};

/** Checks options by the rules for variables. Throws a `ConfigurationError` that names the first wrong option. */
export const settingsOf = (options: SubledgerOptions): Settings => {
  const { dataFolder, eventStoreUrl, databaseUrl, policy, catalogue, logger, autoStart = true } = options;
  // The host's working directory belongs to the host: nothing is written there unless an option says so.
  if (!dataFolder && !(eventStoreUrl && databaseUrl))
    throw new ConfigurationError('dataFolder', 'must be given unless both eventStoreUrl and databaseUrl are');
  const configuration = inOptions(() => configurationOf(options));
  const { locations, clock, policy: named, roles, apiKey, rateLimit, cacheBytes, oidc } = configuration;
  return {
    ...{ locations, clock, roles, catalogue, cacheBytes, autoStart },
    policy: typeof policy === 'object' ? timelineFrom(policy) : named,
    logger: logger ?? nestLogger(),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(oidc === undefined ? {} : { oidc }),
  };
};

const configurationOf = ({ policy, roles, rateLimit, cacheMb, oidc, ...options }: SubledgerOptions): Configuration =>
  readConfiguration({
    SUBLEDGER_DATA: options.dataFolder,
    EVENTSTORE_URL: options.eventStoreUrl,
    DATABASE_URL: options.databaseUrl,
    SUBLEDGER_CLOCK: options.clock,
    SUBLEDGER_POLICY: typeof policy === 'string' ? policy : undefined,
    // An empty value would count as unset, which means all duties.
    SUBLEDGER_ROLE: roles?.length === 0 ? 'none' : roles?.join(','),
    SUBLEDGER_API_KEY: options.apiKey,
    SUBLEDGER_RATE_LIMIT: rateLimit?.toString(),
    SUBLEDGER_CACHE_MB: cacheMb?.toString(),
    SUBLEDGER_OIDC_ISSUER: oidc?.issuer,
    SUBLEDGER_OIDC_AUDIENCE: oidc?.audience,
    SUBLEDGER_OIDC_JWKS_URL: oidc?.jwksUrl,
    SUBLEDGER_OIDC_ROLE_CLAIM: oidc?.roleClaim,
    SUBLEDGER_OIDC_PARTNER_CLAIM: oidc?.partnerClaim,
  });

const timelineFrom = (policy: object): PolicyTimeline => {
  const parsed = parsePolicyTimeline(policy);
  if ('errors' in parsed) throw new ConfigurationError('policy', `is invalid: ${summary(parsed.errors)}`);
  return parsed;
};

/** Turns errors about variables into errors about options. */
const inOptions = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const renamed = (text: string) => text.replaceAll(/\b[A-Z]+_[A-Z_]+\b/g, (name) => optionOf[name] ?? name);
    throw new ConfigurationError(renamed(error.setting), renamed(error.problem));
  }
};

/** Turns an error about an option into one about the variable from which the service takes it; other errors stay. */
export const ofVariable = (error: unknown): unknown => {
  if (!(error instanceof ConfigurationError)) return error;
  const [variable = error.setting] = Object.entries(optionOf).find(([, option]) => option === error.setting) ?? [];
  return new ConfigurationError(variable, error.problem);
};
