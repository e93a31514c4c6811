import fc from 'fast-check';
import { Gaps } from './gaps.ts';

const at = (place: number): string => (place === 0 ? '' : String(place).padStart(4, '0'));

it('leads to the end of a stretch in which nothing was found, and never past an event', () => {
  const gaps = new Gaps();
  gaps.add(at(10), at(20));
  gaps.add(at(30), at(40));
  expect([0, 9, 10, 15, 20, 25, 30, 39, 40].map((place) => gaps.after(at(place)))).toEqual(
    [0, 9, 20, 20, 20, 25, 40, 40, 40].map(at),
  );
  gaps.add(at(20), at(30));
  expect([gaps.size, gaps.after(at(10)), gaps.after(at(9))]).toEqual([1, at(40), at(9)]);
});

it('puts together what touches or overlaps, in whatever order it is found', () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 9 })), { maxLength: 30 }), (found) => {
      const gaps = new Gaps();
      const empty = new Set<number>();
      for (const [from, length] of found) {
        gaps.add(at(from), at(from + length));
        for (let place = from + 1; place <= from + length; place += 1) empty.add(place);
      }
      for (let place = 0; place <= 80; place += 1) {
        let expected = place;
        while (empty.has(expected + 1)) expected += 1;
        expect(gaps.after(at(place))).toBe(at(expected));
      }
    }),
  ));
