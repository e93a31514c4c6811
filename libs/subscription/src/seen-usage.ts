/**
 * Content of every usage ever reported, by `usageId`: each counts once. A value like all state: what is seen later makes a new
 * one, and shares nearly everything with it. It lies in parts of 1, 2, 4, 8 … entries, no two alike, so that of n entries each
 * is moved log n times in all. One record, copied with each usage, moved all of them every time.
 */
export type SeenUsage = readonly ReadonlyMap<string, string>[];

/** A part grows no larger: moving it would hold up others. */
const LARGEST = 4_096;

export const nothingSeen: SeenUsage = [];

/** What was reported under an id; undefined where nothing was. */
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
