import type { Policy } from './policy.ts';

/** A preset as it is written down: each value with its place in the evidence. */
export type SourcedPolicy = { readonly [K in keyof Policy]: readonly [value: Policy[K], source: string] };
