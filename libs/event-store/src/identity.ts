import { hash } from 'node:crypto';
import type { Command, Meta } from '#kernel';

/**
 * UUIDv5 (RFC 9562 §5.5) of names, within a namespace that is a UUID itself: the same name always has the same id. Takes a
 * tenth of the time of the uuid package.
 */
export const idsWithin = (namespace: string): ((name: string) => string) => {
  const prefix = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  return (name) => {
    const digest = hash('sha1', Buffer.concat([prefix, Buffer.from(name)]), 'hex');
    const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
    const [time, mid, high] = [digest.slice(0, 8), digest.slice(8, 12), digest.slice(13, 16)];
    return `${time}-${mid}-5${high}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  };
};

/** Changing the namespace would make every retry of an old command a new one. */
const idOfEvent = idsWithin('9d2c4f1e-6b0a-4c53-8e7f-d41b7a2f90c6');

/**
 * The id of the index-th event of a command: named `<commandId>/<index>/<at>/<fingerprint>`. An append that is repeated
 * because its response was lost has the same ids, and the store recognises it. A command that is decided anew has
 * others: its result may differ by then, and must not be mistaken for what was recorded; nor may the result of another process
 * for the same key at the same instant.
 */
export const eventId = (
  { commandId, at }: Pick<Meta, 'commandId' | 'at'>,
  fingerprint: string,
  index: number,
): string => idOfEvent(`${commandId}/${index}/${at}/${fingerprint}`);

/** The same value with the members of every object in one order, whatever order they came in. */
const inOrder = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const ordered: Record<string, unknown> = { __proto__: null };
  for (const name of Object.keys(value).sort()) ordered[name] = inOrder((value as Record<string, unknown>)[name]);
  return ordered;
};

/** The digest of a command's request, SHA-256 in hex: the same for the same type and data, whatever the sender and time. */
export const fingerprintOf = ({ type, data }: Pick<Command, 'type' | 'data'>): string =>
  hash('sha256', JSON.stringify(inOrder({ type, data })), 'hex');
