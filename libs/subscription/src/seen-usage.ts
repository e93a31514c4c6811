/**
 * Content of every reported usage, by `usageId`: each counts once. An immutable value like all state: an addition makes a new
 * one that shares nearly everything with it. The entries are in parts of 1, 2, 4, 8 … entries, all of different sizes, so that
 * each of n entries is moved log n times in all. A single record would be copied whole with each usage.
 */
export type SeenUsage = readonly ReadonlyMap<string, string>[];

/** A part grows no larger: moving it would hold up others. */
const LARGEST = 4_096;

export const nothingSeen: SeenUsage = [];

/** The content that was reported under an id, or undefined. */
export const contentSeen = (seen: SeenUsage, usageId: string): string | undefined =>
  seen.find((part) => part.has(usageId))?.get(usageId);

/** With one more, under an id that is new. */
export const withSeen = (seen: SeenUsage, usageId: string, content: string): SeenUsage => {
  // How many parts are as large as all that come after them: they become one, in one go.
  let [kept, size] = [seen.length, 1];
  while (size < LARGEST && seen[kept - 1]?.size === size) {
    size *= 2;
    kept -= 1;
  }
  const last = new Map<string, string>();
  for (const part of seen.slice(kept)) for (const [id, told] of part) last.set(id, told);
  return [...seen.slice(0, kept), last.set(usageId, content)];
};
