import { addDays, dayOf } from '#calendar';
import type { Storyteller } from './storyteller.ts';
import { CannotGoOn, isProblem } from './ledger-client.ts';

/** The ledger's clock, as far as the story can move it. */
export class Time {
  readonly #teller: Storyteller;
  #now: string | undefined;

  private constructor(teller: Storyteller, now: string | undefined) {
    this.#teller = teller;
    this.#now = now;
  }

  static async of(teller: Storyteller): Promise<Time> {
    const clock = await teller.ledger.get<{ now: string }>('/clock');
    return new Time(teller, clock?.now);
  }

  /** Whether the clock is simulated, so that it can be moved. */
  get moves(): boolean {
    return this.#now !== undefined;
  }

  /** Today, by the ledger's clock. */
  get today(): string {
    return dayOf(this.#now ?? new Date().toISOString());
  }

  /** Lets days go by, and everything happen that falls due meanwhile. */
  async daysLater(days: number): Promise<void> {
    if (this.#now !== undefined) await this.#moveTo(`${addDays(this.today, days)}${this.#now.slice(10)}`);
  }

  /** To the beginning of a day, unless that has passed. */
  async dawnOf(day: string): Promise<void> {
    if (day > this.today) await this.#moveTo(`${day}T00:00:00.000Z`);
  }

  async #moveTo(now: string): Promise<void> {
    const moved = await this.#teller.ledger.send<{ now: string }>('PUT', '/clock', { now });
    if (isProblem(moved)) throw new CannotGoOn(`the clock cannot be moved: ${moved.detail}`);
    this.#now = moved.now;
    this.#teller.say(`… ${this.today} …`);
  }
}
