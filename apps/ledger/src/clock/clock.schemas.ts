import { InstantField } from '../http/fields.ts';

/** Where a simulated clock shall stand. */
export class MoveClockBody {
  @InstantField()
  readonly now!: string;
}

/** What the ledger's clock shows. */
export class ClockReading {
  @InstantField()
  readonly now!: string;
}
