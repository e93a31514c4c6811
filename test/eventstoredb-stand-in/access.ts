import { status, type Metadata } from '@grpc/grpc-js';
import type { Log } from './log.ts';
import { failure, type Failure } from './wire.ts';

export type Action = 'read' | 'write' | 'delete';

/** Why a call is rejected; undefined when its user may perform this operation on that stream. */
export type Refusal = (call: Metadata, action: Action, stream: string) => Failure | undefined;

/** The users of a new server, and how an access list names each of them. */
const USERS = new Map([
  ['admin', ['admin', '$admins']],
  ['ops', ['ops', '$ops']],
]);
const PASSWORD = 'changeit';

/** The property of `$acl` that lists the users who may perform an operation: on a stream, and on its metadata. */
const PROPERTIES = {
  read: { stream: '$r', metadata: '$mr' },
  write: { stream: '$w', metadata: '$mw' },
  delete: { stream: '$d', metadata: undefined },
} as const;

const unauthenticated = failure(status.UNAUTHENTICATED, 'Unauthenticated');
const denied = failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

/** The caller's name; undefined when its credentials are wrong. A caller without credentials is anonymous. */
const namesIn = (call: Metadata): readonly string[] | undefined => {
  const [header] = call.get('authorization');
  if (header === undefined) return [];
  const [, encoded = ''] = /^Basic (.+)$/.exec(header.toString()) ?? [];
  const text = Buffer.from(encoded, 'base64').toString();
  const [user, password] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)];
  return password === PASSWORD ? USERS.get(user) : undefined;
};

/** The users who may perform this operation on that stream: those in its metadata, otherwise all; system streams are for admins. */
const permitted = (log: Log, action: Action, stream: string): readonly string[] => {
  const isMetadata = stream.startsWith('$$');
  const property = PROPERTIES[action][isMetadata ? 'metadata' : 'stream'];
  if (property === undefined) return [];
  const name = isMetadata ? stream.slice(2) : stream;
  return [log.metadata(name).$acl?.[property] ?? (name.startsWith('$') ? '$admins' : '$all')].flat();
};

/** The access rules of a server that speaks TLS. Without TLS, callers are not authenticated. */
export const access =
  (log: Log): Refusal =>
  (call, action, stream) => {
    const names = namesIn(call);
    if (names === undefined) return unauthenticated;
    if (names.length === 0 || (stream === '$all' && action !== 'read')) return denied;
    if (names.includes('$admins')) return undefined;
    const those = permitted(log, action, stream);
    return those.some((name) => name === '$all' || names.includes(name)) ? undefined : denied;
  };
