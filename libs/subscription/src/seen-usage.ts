/**
 * Content of every usage ever reported, by `usageId`: each counts once. A value like all state: what is seen later makes a new
 * one, and shares nearly everything with it. It lies in parts of 1, 2, 4, 8 … entries, no two alike, so that of n entries each
 * is moved log n times in all. One record, copied with each usage, moved all of them every time.
 */
export type SeenUsage = readonly ReadonlyMap<string, string>[];

export const nothingSeen: SeenUsage = [];

/** What was reported under an id; undefined where nothing was. */
export const contentSeen = (seen: SeenUsage, usageId: string): string | undefined =>
  seen.find((part) => part.has(usageId))?.get(usageId);

/** With one more, under an id that is new. */
export const withSeen = (seen: SeenUsage, usageId: string, content: string): SeenUsage => {
  let last: ReadonlyMap<string, string> = new Map([[usageId, content]]);
  let kept = seen.length;
  for (let part = seen[kept - 1]; part?.size === last.size; part = seen[kept - 1]) {
    last = new Map([...part, ...last]);
    kept -= 1;
  }
  return [...seen.slice(0, kept), last];
};
