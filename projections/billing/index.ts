export { billing, type BillingTables } from './billing.projection.ts';
export { listCharges, type Charge, type ChargeFilter } from './billing.queries.ts';
export { listInvoices, type Invoice, type InvoiceFilter } from './invoices.queries.ts';
