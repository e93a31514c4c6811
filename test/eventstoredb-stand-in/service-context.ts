import type { Refusal } from './access.ts';
import type { Faults } from './faults.ts';
import type { Log } from './log.ts';

/** What the services of a stand-in share. */
export type ServiceContext = {
  readonly log: Log;
  readonly faults: Faults;
  readonly refusal: Refusal;
  /** How long a commit may take, in milliseconds, before it is reported as failed. */
  readonly commitTimeout: number;
  /** Breaks every connection; the server goes on listening. */
  readonly breakAll: () => void;
  readonly address: () => { readonly host: string; readonly port: number };
};
