import { LeaseLost, type Lease, type Leases } from '../lease.ts';
import type { Connections, Session } from './connections.ts';

const UNTIL = (parameter: string) => `clock_timestamp() + ${parameter}::double precision * interval '1 millisecond'`;

/** Leases in a table, by the clock of the database: what the clocks of the processes say does not matter. */
export class PostgresLeases implements Leases {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  acquire(name: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    return this.#connections.leasing(async (session) => {
      // Read first: a process on standby must not wait for the lock of the one that leads.
      const current = await heldBy(session, name);
      if (current !== undefined && current !== holder) return undefined;
      const { rows } = await session.query<{ epoch: number }>(
        `INSERT INTO _leases AS lease (name, epoch, holder, expires_at) VALUES ($1, 1, $2, ${UNTIL('$3')})
         ON CONFLICT (name) DO UPDATE
         SET epoch = lease.epoch + 1, holder = excluded.holder, expires_at = ${UNTIL('$3')}
         WHERE lease.expires_at <= clock_timestamp() OR lease.holder = excluded.holder
         RETURNING epoch`,
        [name, holder, ttlMs],
      );
      const [row] = rows;
      return row && { name, holder, epoch: row.epoch };
    });
  }

  renew({ name, epoch }: Lease, ttlMs: number): Promise<boolean> {
    return this.#connections.leasing(async (session) => {
      const sql = `UPDATE _leases SET expires_at = ${UNTIL('$3')} WHERE name = $1 AND epoch = $2`;
      return (await session.query(sql, [name, epoch, ttlMs])).rowCount === 1;
    });
  }

  release({ name, epoch }: Lease): Promise<void> {
    return this.#connections.leasing(async (session) => {
      await session.query('UPDATE _leases SET expires_at = clock_timestamp() WHERE name = $1 AND epoch = $2', [
        name,
        epoch,
      ]);
    });
  }

  holderOf(name: string): Promise<string | undefined> {
    return this.#connections.leasing((session) => heldBy(session, name));
  }
}

const heldBy = async (session: Session, name: string): Promise<string | undefined> => {
  const sql = 'SELECT holder FROM _leases WHERE name = $1 AND expires_at > clock_timestamp()';
  return (await session.query<{ holder: string }>(sql, [name])).rows[0]?.holder;
};

/**
 * Throws `LeaseLost` when another process has taken the lease. Otherwise the lease cannot be taken before this transaction has
 * ended: it either counts as a whole, or the next holder comes first and it does not.
 */
export const assertHeld = async (session: Session, lease: Lease): Promise<void> => {
  const sql = 'SELECT FROM _leases WHERE name = $1 AND epoch = $2 FOR KEY SHARE';
  if ((await session.query(sql, [lease.name, lease.epoch])).rowCount === 0) throw new LeaseLost(lease);
};
