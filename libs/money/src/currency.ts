/** Currencies without a minor unit, and those with three or four digits of it; every other one has two (ISO 4217). */
const exceptions: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

/** Codes that were in force at some time since 2021; withdrawn ones stay, since ledgers keep their amounts. */
const twoDigits =
  'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW ' +
  'CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF ' +
  'IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV ' +
  'MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD ' +
  'SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL';

const digitsOf: ReadonlyMap<string, number> = new Map([
  ...twoDigits.split(' ').map((code): [string, number] => [code, 2]),
  ...Object.entries(exceptions).flatMap(([digits, codes]) =>
    codes.split(' ').map((code): [string, number] => [code, Number(digits)]),
  ),
]);

/** Whether this is an ISO 4217 code that the ledger can count in: `EUR`, not `eur`, and no metals or test codes. */
export const isCurrency = (code: string): boolean => digitsOf.has(code);

/** How many decimals the currency's amounts have: 0 JPY, 2 EUR, 3 KWD (E44, E45). Throws a `RangeError` for an unknown code. */
export const minorDigits = (currency: string): number => {
  const digits = digitsOf.get(currency);
  if (digits === undefined) throw new RangeError(`${currency} is not a currency of ISO 4217`);
  return digits;
};
