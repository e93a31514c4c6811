import { styleText } from 'node:util';
import { isProblem, type Charge, type Done, type LedgerClient, type Problem } from './ledger-client.ts';

const print = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

/** `10 × 10.08` */
const timesPrice = ({ quantity, effectiveUnitPrice }: Charge): string => `${String(quantity)} × ${effectiveUnitPrice}`;

const daysOf = ({ days, cycleDays }: Charge): string => `${String(days)}/${String(cycleDays)} days`;

/** Columns; the last one is aligned right. */
const columns = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  '),
  );
};

/** Does things on a ledger, and says what came of them. */
export class Storyteller {
  readonly ledger: LedgerClient;
  #chapters = 0;

  constructor(ledger: LedgerClient) {
    this.ledger = ledger;
  }

  chapter(title: string): void {
    this.#chapters += 1;
    print();
    print(styleText('bold', `${String(this.#chapters)}. ${title}`));
  }

  say(text: string): void {
    print(`   ${text}`);
  }

  /** A table under its headings; the last column is aligned right. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): void {
    const [first = '', ...rest] = columns([headings, ...rows]);
    this.say(styleText('dim', first));
    for (const line of rest) this.say(line);
  }

  /** Sends a command, and shows what was recorded and what it costs; shows a refusal as well, and then returns undefined. */
  async send(command: string, body: object = {}): Promise<Done | undefined> {
    const [method = '', path = ''] = command.split(' ');
    const written = Object.keys(body).length === 0 ? '' : ` ${JSON.stringify(body)}`;
    const shortPath = path.replace(/([0-9a-f]{8})-[0-9a-f-]{27}/g, '$1…');
    print(styleText('dim', `   ${method} /v1${shortPath}${written.replace(/([0-9a-f]{8})-[0-9a-f-]{27}/g, '$1…')}`));
    const answer = await this.ledger.send(method, path, body);
    if (isProblem(answer)) {
      this.#refused(answer);
      return undefined;
    }
    this.say(answer.events.map(({ type }) => type).join(', '));
    this.charges(answer.charges);
    return answer;
  }

  charges(charges: readonly Charge[]): void {
    const lines = columns(
      charges.map((charge) => [
        charge.chargeType,
        `${charge.offerId}/${charge.skuId}`,
        timesPrice(charge),
        daysOf(charge),
        charge.currency,
        charge.subtotal,
      ]),
    );
    for (const line of lines) this.say(`  ${line}`);
  }

  /** Everything charged, in ledger order, with its sum. */
  account(charges: readonly Charge[], total: string, nameOf: (subscriptionId: string) => string): void {
    const rows = charges.map((charge) => [
      String(charge.sequence ?? ''),
      charge.effectiveAt.slice(0, 10),
      nameOf(charge.subscriptionId),
      charge.chargeType,
      timesPrice(charge),
      daysOf(charge),
      charge.subtotal,
    ]);
    this.table(
      ['#', 'on', 'subscription', 'charge', 'price', 'for', charges[0]?.currency ?? ''],
      [...rows, ['', '', '', '', '', 'sum', total]],
    );
  }

  #refused({ status, code, detail }: Problem): void {
    this.say(`refused, ${String(status)} ${code}: ${detail}`);
  }
}
