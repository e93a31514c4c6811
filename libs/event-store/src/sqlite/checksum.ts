import { crc32 } from 'node:zlib';
import type { Encoded } from '../codec.ts';
import type { Revision } from '../event-store.ts';

/** CRC-32 over everything that is stored of an event, its place included. It finds damage, not forgery. */
export const checksumOf = (
  { id, type, data, meta }: Encoded,
  stream: string,
  revision: Revision,
  offset: number,
): number => crc32(data, crc32(`${offset} ${revision} ${stream} ${id} ${type} ${meta}`));
