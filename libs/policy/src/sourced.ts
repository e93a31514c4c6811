import type { Policy } from './policy.ts';

/** A preset as written: each value with its source. */
export type SourcedPolicy = { readonly [K in keyof Policy]: readonly [value: Policy[K], source: string] };
