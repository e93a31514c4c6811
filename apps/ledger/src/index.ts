// The entry of the package for an application that embeds a ledger: `import { SubledgerModule } from 'subledger'` (docs/embedding.md).
export { SubledgerModule, type HttpOptions } from './module/subledger.module.ts';
export type { SubledgerOptions, SubledgerOptionsFactory, TokenIssuer } from './config/options.ts';
export { Subledger, UnknownPartner, type RequestContext } from './module/subledger.ts';
export type { Started, StartOptions } from './module/start-up.ts';
export { ConfigurationError } from './config/configuration-error.ts';
export { type ProcessRole } from '#ledger';

// Commands, and the results that the command bus returns.
export {
  ActivateSubscription,
  AddSeats,
  AdjustCharges,
  CancelSubscription,
  ChangePlan,
  ConvertTrial,
  DeprovisionSubscription,
  PauseSubscription,
  PurchaseSubscription,
  ReactivateAddOn,
  ReactivateSubscription,
  RecordUsage,
  RemoveScheduledChange,
  RemoveSeats,
  RenameSubscription,
  ResumeSubscription,
  ScheduleChange,
  SetAddOns,
  SetAutoRenew,
  SuspendAddOn,
  SuspendSubscription,
  UpgradeSubscription,
  type SubscriptionDetail,
  type SubscriptionView,
} from '#subscription';
export { RegisterCustomer } from '#customer';
export { CheckOutCart, CreateCart, ReplaceCartLines, ReviewCart, type CartLine } from '#order';
export { PublishCatalogue, type Catalogue } from '#catalog';
export { CreateKey, RegisterPartner, RevokeKey } from '#access';
export { isRefusal } from '#kernel';
export type { Refusal, RefusalCode } from '#ledger';
export { type Answered, type CommandAnswer } from '#ledger';
export type { Actor, CommandOptions, Day, Instant, Position } from '#kernel';
export type { PartnerFacts, PartnerMeta as Meta, Role } from '#policy';
export { deterministicId } from '#ledger';
export { type Stream } from '#ledger';
export { generateKey, hashOf } from './access/keys.ts';
export { RevisionConflict, StoreUnavailable } from '#event-store';
export { ReadStoreUnavailable, type Logger } from '#read-store';

// Queries: each takes `subledger.readModels`.
export { type ReadModels } from '#ledger';
export { MalformedCursor, type Page, type PageRequest } from '#projections';
export { findKey, findPartner, listKeys, listPartners } from '#projections/access';
export { listCharges, listInvoices, type Charge, type ChargeFilter, type Invoice } from '#projections/billing';
export { listRenewals, type Renewal, type RenewalFilter } from '#projections/renewals';
export {
  findCustomer,
  findSubscription,
  listCustomers,
  listSubscriptions,
  type RegisteredCustomer,
  type SubscriptionFilter,
} from '#projections/status';
