import { isDeepStrictEqual } from 'node:util';
import type { AnyProjection } from './check.ts';
import type { Build, BuildId } from './read-store.ts';

/** What has to be done so that a projection is served as it is declared today. */
export type BuildPlan = {
  /** What the plain names show now. */
  readonly served?: Build;
  /** Whether `served` is as declared today and goes on being written. Else it serves as it is until it is replaced. */
  readonly followed: boolean;
  /** The build that is to replace it: one to resume, or one to create. */
  readonly candidate?: { readonly resume: Build } | { readonly create: BuildId };
  /** What an earlier process left behind. */
  readonly leftovers: readonly Build[];
};

/** Compares the builds that a store holds with a projection's declaration. `anew` asks for a rebuild of what is up to date. */
export const planFor = (
  { name, version, tables }: AnyProjection,
  stored: readonly Build[],
  anew = false,
): BuildPlan => {
  const builds = stored.filter(({ projection }) => projection === name);
  // A changed table without a raised version would break every write, so it is another build as well.
  const asDeclared = (build: Build) => build.version === version && isDeepStrictEqual(build.tables, tables);
  const served = builds.find((build) => build.served);
  const followed = served !== undefined && asDeclared(served);
  const resume = builds.find(
    (build) => asDeclared(build) && !build.served && (!followed || build.generation > served.generation),
  );
  const leftovers = builds.filter((build) => build !== served && build !== resume);
  const kept = { ...(served && { served }), followed, leftovers };
  if (resume) return { ...kept, candidate: { resume } };
  if (followed && !anew) return kept;
  const generations = builds.filter((build) => build.version === version).map(({ generation }) => generation);
  return { ...kept, candidate: { create: { projection: name, version, generation: Math.max(0, ...generations) + 1 } } };
};
