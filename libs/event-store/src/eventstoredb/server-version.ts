import type { EventStoreDBClient } from '@eventstore/db-client';
import { StoreUnusable } from '../event-store.ts';

/** The first release that notifies a subscription when it has caught up; without that, the log's end would stay unknown. */
const OLDEST = { major: 23, minor: 10 };

/**
 * Rejects with `StoreUnusable` when the server is too old, and with what the driver throws when it does not answer. The
 * driver asks once for each client, before its first append at the latest.
 */
export const mustBeNewEnough = async (client: EventStoreDBClient): Promise<void> => {
  const { serverVersion } = await (Reflect.get(client, 'capabilities') as Promise<{ readonly serverVersion: string }>);
  const [major = 0, minor = 0] = serverVersion.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return;
  throw new StoreUnusable(
    `the event store is of version ${serverVersion}; ${OLDEST.major}.${OLDEST.minor} or newer is needed`,
  );
};
