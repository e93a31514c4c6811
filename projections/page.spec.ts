import { keyset, MalformedCursor } from './page.ts';

const list = keyset<readonly [day: string, id: number]>('things', ['', 0]);
const rows = [
  { day: '2021-06-18', id: 1 },
  { day: '2021-06-18', id: 2 },
  { day: 'Zoë / 2021+', id: 3 },
];
const placeOf = ({ day, id }: { day: string; id: number }) => [day, id] as const;
const show = ({ id }: { id: number }) => id;

describe('a page', () => {
  it('has a cursor that leads to the next page', () => {
    const page = list.page(rows, { limit: 2 }, placeOf, show);
    expect(page.items).toEqual([1, 2]);
    expect(list.after({ limit: 2, cursor: page.nextCursor ?? '' })).toEqual(['2021-06-18', 2]);
  });

  it('has a cursor of letters that are safe in an address', () => {
    const { nextCursor } = list.page([...rows, ...rows], { limit: 3 }, placeOf, show);
    expect(nextCursor).toMatch(/^[\w-]+$/);
    expect(list.after({ limit: 1, cursor: nextCursor ?? '' })).toEqual(['Zoë / 2021+', 3]);
  });

  it('is the last one when no row is left over', () => {
    expect(list.page(rows, { limit: 3 }, placeOf, show)).toEqual({ items: [1, 2, 3], nextCursor: null });
    expect(list.page([], { limit: 3 }, placeOf, show)).toEqual({ items: [], nextCursor: null });
  });

  it('is queried with one row more than it shows', () => {
    expect(list.fetch({ limit: 50 })).toBe(51);
    expect(list.after({ limit: 50 })).toBeUndefined();
  });

  const text = (value: unknown) => btoa(JSON.stringify(value));
  it.each([
    ['', 'nothing'],
    ['garbage!', 'no base64'],
    ['%', 'no text'],
    ['bm9wZQ', 'no JSON'],
    [text(null), 'no place'],
    [text({ 0: 'things' }), 'no list'],
    [text(['others', '2021-06-18', 1]), 'of another list'],
    [text(['things', '2021-06-18']), 'too short'],
    [text(['things', '2021-06-18', 1, 1]), 'too long'],
    [text(['things', 1, 1]), 'of other types'],
    [text(['things', '2021-06-18', 1.5]), 'between two rows'],
    [text(['things', '\0', 1]), 'of no text'],
  ])('refuses the cursor %s: %s', (cursor) => {
    expect(() => list.after({ limit: 1, cursor })).toThrow(MalformedCursor);
  });
});
