/** Where a test run may say that its ledgers keep their events and read models elsewhere than in a data folder. */
export const STORES = Symbol.for('subledger.test.stores');

/** The variables that lead to empty stores for a ledger; for one that goes on with a data folder, to the same as before. */
export type StoresOf = (data: string | undefined) => Promise<Readonly<Record<string, string>>>;
