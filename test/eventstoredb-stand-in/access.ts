import { status, type Metadata } from '@grpc/grpc-js';
import type { Log } from './log.ts';
import { failure, type Failure } from './wire.ts';

export type Action = 'read' | 'write' | 'delete';

/** Why a call is turned away; undefined when its user may do this to that stream. */
export type Refusal = (call: Metadata, action: Action, stream: string) => Failure | undefined;

/** The users of a server that nobody has set up yet, and what each is called in a list of who may do something. */
const USERS = new Map([
  ['admin', ['admin', '$admins']],
  ['ops', ['ops', '$ops']],
]);
const PASSWORD = 'changeit';

/** The property of `$acl` that says who may do something: to a stream, and to the metadata of one. */
const PROPERTIES = {
  read: { stream: '$r', metadata: '$mr' },
  write: { stream: '$w', metadata: '$mw' },
  delete: { stream: '$d', metadata: undefined },
} as const;

const unauthenticated = failure(status.UNAUTHENTICATED, 'Unauthenticated');
const denied = failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

/** What the caller is called; undefined when its credentials are wrong. Who gives none has no name. */
const namesIn = (call: Metadata): readonly string[] | undefined => {
  const [header] = call.get('authorization');
  if (header === undefined) return [];
  const [, encoded = ''] = /^Basic (.+)$/.exec(header.toString()) ?? [];
  const text = Buffer.from(encoded, 'base64').toString();
  const [user, password] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)];
  return password === PASSWORD ? USERS.get(user) : undefined;
};

/** Who may do this to that stream: as its metadata says, and otherwise everybody, but to the server's own. */
const permitted = (log: Log, action: Action, stream: string): readonly string[] => {
  const isMetadata = stream.startsWith('$$');
  const property = PROPERTIES[action][isMetadata ? 'metadata' : 'stream'];
  if (property === undefined) return [];
  const name = isMetadata ? stream.slice(2) : stream;
  return [log.metadata(name).$acl?.[property] ?? (name.startsWith('$') ? '$admins' : '$all')].flat();
};

/** The rules of a server that speaks TLS. One that does not asks nobody who he is. */
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
