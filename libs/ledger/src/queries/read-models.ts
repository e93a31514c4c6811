import type { Kysely } from 'kysely';
import type { AccessTables } from '#projections/access';
import type { BillingTables } from '#projections/billing';
import type { CatalogueTables } from '#projections/catalog';
import type { RenewalTables } from '#projections/renewals';
import type { StatusTables } from '#projections/status';
import type { ReadStore } from '#read-store';

/** Every table for queries, of all projections. */
export type ReadModels = AccessTables & BillingTables & CatalogueTables & RenewalTables & StatusTables;

/** A read store's tables, for queries. The store itself does not know their names. */
export const readModels = ({ reads }: { readonly reads: ReadStore }): Kysely<ReadModels> =>
  reads.db as Kysely<ReadModels>;
