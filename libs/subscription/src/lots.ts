import type { SeatLot } from './state.ts';

/** Lots after some seats were taken: those that stay, and those that go, each with the date on which it was added. */
export type SplitLots = { readonly left: readonly SeatLot[]; readonly taken: readonly SeatLot[] };

/** Takes seats from the lots that qualify, the one whose window ends first before the others. */
export const splitLots = (
  lots: readonly SeatLot[],
  seats: number,
  qualifies: (lot: SeatLot) => boolean = () => true,
): SplitLots => {
  let open = seats;
  const split = [...lots]
    .sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0))
    .map((lot) => {
      const taken = qualifies(lot) ? Math.min(open, lot.quantity) : 0;
      open -= taken;
      return { left: { ...lot, quantity: lot.quantity - taken }, taken: { ...lot, quantity: taken } };
    });
  const some = ({ quantity }: SeatLot) => quantity > 0;
  return { left: split.map(({ left }) => left).filter(some), taken: split.map(({ taken }) => taken).filter(some) };
};
