import { InstantField } from '../http/fields.ts';

/** The time to which a simulated clock moves. */
export class MoveClockBody {
  @InstantField()
  readonly now!: string;
}

/** The time of the ledger's clock. */
export class ClockReading {
  @InstantField()
  readonly now!: string;
}
