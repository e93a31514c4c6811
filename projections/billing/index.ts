export { billing, chargesOf, type BillingTables } from './billing.projection.ts';
export { listCharges, showCharge, type Charge, type ChargeFilter, type NumberedCharge } from './billing.queries.ts';
export { listInvoices, type Invoice, type InvoiceFilter } from './invoices.queries.ts';
