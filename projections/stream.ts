import type { Recorded } from '#kernel';

/** The id in `<category>-<id>`. Later events of an aggregate do not repeat it in their data. */
export const idOf = ({ stream }: Pick<Recorded, 'stream'>): string => stream.slice(stream.indexOf('-') + 1);
