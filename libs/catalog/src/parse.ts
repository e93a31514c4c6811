import { billingCycles, cycleMonthsOf, monthsOf, normaliseInstant, terms } from '#calendar';
import { compare, isCurrency, isDecimal } from '#money';
import { MOST_SEATS, type AddOn, type Catalogue, type Offer, type Plan, type Sku } from './catalog.ts';
import {
  flag,
  integer,
  isName,
  list,
  mapping,
  MOST_PROBLEMS,
  named,
  nullable,
  optional,
  record,
  text,
  word,
  wrong,
  type Problem,
  type Reader,
} from './reader.ts';
import { referenceProblems } from './references.ts';

// An id is a part of a path, where one or two dots alone would mean another resource.
const isId = (value: string) => /^(?!\.{1,2}$)[^\s/]{1,200}$/.test(value);
const isRef = (value: string) => /^[^\s/]{1,200}\/[^\s/]{1,200}$/.test(value);

/** The API takes reported usage with meters up to this length. */
const LONGEST_METER = 200;

const id = text('an id of 1 to 200 characters without spaces and slashes', isId);
const skuRef = text('offerId/skuId', isRef);
const partnerId = text('a partner id', (value) => /^[a-z0-9-]{1,64}$/.test(value));
const country = text('an ISO 3166 code of two capital letters', (value) => /^[A-Z]{2}$/.test(value));
const segment = text('a segment such as commercial', (value) => /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(value));
const link = text('an http or https address', (value) => /^https?:\/\/\S{1,2000}$/.test(value));
const share = text('a decimal string from 0 to 1', (value) => isAmount(value) && compare(value, '1') <= 0);
// A price of zero is a price, and so is one with more decimals than the currency has (E46).
const amount = text('a decimal string, 0 or more', (value) => isAmount(value));
const isAmount = (value: string) => isDecimal(value) && !value.startsWith('-');

/** Converted to the ledger's own form of instants. */
const instant: Reader<string> = (value, path, problems) => {
  const known = typeof value === 'string' ? normaliseInstant(value) : undefined;
  return known ?? wrong(value, path, problems, 'an ISO 8601 instant');
};

const plan = record<Plan>({
  term: word(...terms),
  billingCycle: word(...billingCycles),
  prices: mapping(isCurrency, 'a currency of ISO 4217', amount),
  includedUnits: optional(
    mapping((name) => isName(name, LONGEST_METER), 'a meter', amount),
    undefined as never,
  ),
});

const addOn = record<AddOn>({ prerequisiteSkus: list(skuRef, 1), minShareOfBase: nullable(share) });

const sku = record<Sku>({
  skuId: id,
  name: named(200),
  minSeats: optional(integer(1, MOST_SEATS), 1),
  maxSeats: optional(integer(1, MOST_SEATS), MOST_SEATS),
  trialDays: nullable(integer(1, 3650)),
  convertsTo: nullable(
    text('offerId/skuId, or the skuId of one in this offer', (value) => isRef(value) || isId(value)),
  ),
  maxSeatsPerCustomer: nullable(integer(1, MOST_SEATS)),
  addOn: nullable(addOn),
  upgradeTargets: optional(list(skuRef), []),
  setupUrl: nullable(link),
  plans: list(plan, 1),
});

/** Of Microsoft or of a publisher on the marketplace (R4), by licence or by usage (R6). */
const offer = record<Offer>({
  offerId: id,
  name: named(200),
  kind: word('newCommerce', 'legacy', 'isvSaas', 'usage'),
  publisher: record<Offer['publisher']>({ kind: word('microsoft', 'partner'), name: named(200) }),
  billingType: word('license', 'usage'),
  category: word('enterprise', 'smallBusiness', 'trial'),
  segments: list(segment, 1),
  countries: (value, path, problems) => (value === 'all' ? value : list(country, 1)(value, path, problems)),
  limitPerCustomer: nullable(integer(1, MOST_SEATS)),
  inCsp: optional(flag, true),
  transactable: optional(flag, true),
  exclusiveTo: nullable(list(partnerId, 1)),
  skus: list(sku, 1),
});

const catalogue = record<Catalogue>({
  version: named(100),
  effectiveFrom: instant,
  offers: list(offer),
});

/**
 * Reads a catalog file (http-api.md §3). What may be null may also be left out. Returns the first 50 problems with their paths in
 * the file, `offers[0].skus[1].plans[0].prices.EUR`; a file whose parts are wrong is not yet searched for contradictions
 * between them.
 */
export const parseCatalogue = (json: unknown): Catalogue | { readonly errors: readonly Problem[] } => {
  const problems: Problem[] = [];
  const read = catalogue(json, '', problems);
  if (problems.length > 0) return { errors: problems.slice(0, MOST_PROBLEMS) };
  const whole = { ...read, offers: read.offers.map(withWholeRefs) };
  const errors = [...whole.offers.flatMap(contradictions), ...referenceProblems(whole)];
  return errors.length > 0 ? { errors: errors.slice(0, MOST_PROBLEMS) } : whole;
};

/** A trial may name its paid SKU by the SKU's id alone where both are of one offer. */
const withWholeRefs = (offer: Offer): Offer => ({
  ...offer,
  skus: offer.skus.map((sku) =>
    sku.convertsTo === null || isRef(sku.convertsTo)
      ? sku
      : { ...sku, convertsTo: `${offer.offerId}/${sku.convertsTo}` },
  ),
});

/** Contradictions within an offer whose fields are each valid. */
const contradictions = (offer: Offer, index: number): readonly Problem[] =>
  offer.skus.flatMap((sku, skuIndex) => {
    const path = `offers[${index}].skus[${skuIndex}]`;
    return [
      ...(sku.minSeats > sku.maxSeats
        ? [{ path: `${path}.maxSeats`, message: `must not be below minSeats, ${sku.minSeats}` }]
        : []),
      ...sku.plans.flatMap((plan, planIndex) => planProblems(offer, plan, `${path}.plans[${planIndex}]`)),
    ];
  });

const planProblems = (
  { kind }: Offer,
  { term, billingCycle, includedUnits }: Plan,
  path: string,
): readonly Problem[] => [
  // Partner Center code 900270 (rule-book.md §2.2).
  ...(cycleMonthsOf(billingCycle) > monthsOf(term)
    ? [{ path: `${path}.billingCycle`, message: `must not be longer than the term, ${term}` }]
    : []),
  ...(includedUnits !== undefined && kind !== 'usage'
    ? [{ path: `${path}.includedUnits`, message: 'is only for offers of kind usage' }]
    : []),
];
