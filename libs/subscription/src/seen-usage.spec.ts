import fc from 'fast-check';
import { contentSeen, nothingSeen, withSeen, type SeenUsage } from './seen-usage.ts';

const after = (n: number): SeenUsage => {
  let seen = nothingSeen;
  for (let i = 0; i < n; i += 1) seen = withSeen(seen, `u${i}`, `content ${i}`);
  return seen;
};

describe('the usage records seen so far', () => {
  it('are recognised by their ids, whatever characters these contain', () => {
    const seen = withSeen(withSeen(after(5), '__proto__', 'one'), 'constructor', 'two');
    expect(['u0', 'u4', '__proto__', 'constructor'].map((id) => contentSeen(seen, id))).toEqual([
      'content 0',
      'content 4',
      'one',
      'two',
    ]);
    expect(['u5', 'toString', ''].map((id) => contentSeen(seen, id))).toEqual([undefined, undefined, undefined]);
  });

  it('keep earlier versions unchanged, whichever version continues', () =>
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 60 }), (from) => {
        // Each version continues from an earlier one, as a dry run does that is not recorded.
        const versions: { seen: SeenUsage; ids: readonly string[] }[] = [{ seen: nothingSeen, ids: [] }];
        from.forEach((back, i) => {
          const { seen, ids } = versions[Math.max(0, versions.length - 1 - back)]!;
          versions.push({ seen: withSeen(seen, `u${i}`, `of ${i}`), ids: [...ids, `u${i}`] });
        });
        for (const { seen, ids } of versions)
          for (let i = 0; i < from.length; i += 1)
            expect(contentSeen(seen, `u${i}`)).toBe(ids.includes(`u${i}`) ? `of ${i}` : undefined);
      }),
    ));

  it.each([
    [1, [1]],
    [2, [2]],
    [3, [2, 1]],
    [7, [4, 2, 1]],
    [8, [8]],
    [1_000, [512, 256, 128, 64, 32, 8]],
    [9_000, [4_096, 4_096, 512, 256, 32, 8]],
  ])('%d of it lie in parts of %j: each was moved ten times in a thousand, and not with every one', (n, parts) => {
    expect(after(n).map(({ size }) => size)).toEqual(parts);
  });
});
