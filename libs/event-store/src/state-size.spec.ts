import { bytesOf, StateSizes } from './state-size.ts';

it('measures the contents of a value at any depth, including maps and sets', () => {
  const word = 'x'.repeat(1_000);
  for (const holder of [word, [word], { a: { b: word } }, new Map([[1, word]]), new Set([word])])
    expect(bytesOf(holder)).toBeGreaterThanOrEqual(1_000);
  expect(bytesOf({ a: word, b: word })).toBeGreaterThanOrEqual(2_000);
});

it('grows with the commands of a stream, and measures a state again after a few events', () => {
  const sizes = new StateSizes();
  const commands = new Set(['one']);
  const at = (revision: number, state: unknown) =>
    sizes.of({ state, revision, position: '1', commands, commandsFrom: 0 });
  const small = at(0, 'x');
  commands.add('two');
  expect(at(1, 'x'.repeat(10_000))).toBeGreaterThan(small);
  expect(at(1, 'x'.repeat(10_000))).toBeLessThan(10_000);
  expect(at(9, 'x'.repeat(10_000))).toBeGreaterThan(10_000);
});

it('of a large state is taken like that of a small one', () => {
  const many = Array.from({ length: 200_000 }, (_, i) => i);
  for (const large of [new Map(many.map((i) => [i, i])), new Set(many), many, Object.fromEntries(many.entries())])
    expect(bytesOf(large)).toBeGreaterThan(200_000);
});
