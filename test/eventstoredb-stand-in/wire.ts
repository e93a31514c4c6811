import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Entry, Expected, Proposed } from './rules.ts';

export const nameIn = (identifier: StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

export const identifierOf = (name: string): StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(name).toString('base64'));

/** A UUID in either of its two encodings. */
export const uuidIn = (uuid: UUID | undefined): string => {
  const structured = uuid?.getStructured();
  if (structured === undefined) return uuid?.getString() ?? '';
  const half = (bits: string) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  const hex = half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

const uuidOf = (id: string, structured: boolean): UUID => {
  if (!structured) return new shared.UUID().setString(id);
  const hex = id.replaceAll('-', '');
  const half = (from: number) => BigInt.asIntN(64, BigInt(`0x${hex.slice(from, from + 16)}`)).toString();
  const parts = new shared.UUID.Structured().setMostSignificantBits(half(0)).setLeastSignificantBits(half(16));
  return new shared.UUID().setStructured(parts);
};

type Message = {
  getId(): UUID | undefined;
  getMetadataMap(): { get(name: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
};

/** An event as received; undefined when its metadata lacks a field that the server requires. */
export const proposedIn = (message: Message): Proposed | undefined => {
  const metadata = message.getMetadataMap();
  const [type, contentType] = [metadata.get('type'), metadata.get('content-type')];
  if (type === undefined || contentType === undefined) return undefined;
  return {
    id: uuidIn(message.getId()),
    type,
    json: contentType === 'application/json',
    data: Buffer.from(message.getData_asU8()),
    meta: Buffer.from(message.getCustomMetadata_asU8()),
  };
};

type Expecting = { hasAny(): boolean; hasNoStream(): boolean; hasStreamExists(): boolean };

/** The revision that a request expects, where `revision` is the number that it names, if any. */
export const expectedIn = (options: Expecting, revision: string | undefined): Expected => {
  if (options.hasNoStream()) return 'noStream';
  if (options.hasStreamExists()) return 'streamExists';
  return options.hasAny() || revision === undefined ? 'any' : BigInt(revision);
};

/** The target of a link: `3@orders-1`. */
export type Resolve = (entry: Entry) => Entry | undefined;

const recordOf = (entry: Entry, structured: boolean): ReadResp.ReadEvent.RecordedEvent => {
  const record = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(uuidOf(entry.id, structured))
    .setStreamIdentifier(identifierOf(entry.stream))
    .setStreamRevision(entry.revision)
    .setCommitPosition(String(entry.at))
    .setPreparePosition(String(entry.at))
    .setData(entry.data)
    .setCustomMetadata(entry.meta);
  record
    .getMetadataMap()
    .set('type', entry.type)
    .set('content-type', entry.json ? 'application/json' : 'application/octet-stream')
    // Ticks of 100 ns.
    .set('created', `${entry.created}0000`);
  return record;
};

export const eventOf = (entry: Entry, structured: boolean, resolve?: Resolve): ReadResp => {
  const event = new streams.ReadResp.ReadEvent().setCommitPosition(String(entry.at));
  const isLink = resolve !== undefined && entry.type === '$>';
  const target = isLink ? resolve(entry) : entry;
  if (isLink) event.setLink(recordOf(entry, structured));
  if (target !== undefined) event.setEvent(recordOf(target, structured));
  return new streams.ReadResp().setEvent(event);
};

export const checkpointAt = (commit: number | bigint, prepare = commit): ReadResp =>
  new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint().setCommitPosition(String(commit)).setPreparePosition(String(prepare)),
  );

/** The status of a failed call; the client reads `exception` from the trailers. */
export type Failure = Pick<StatusObject, 'code' | 'details' | 'metadata'>;

export const failure = (code: status, details: string, trailers: Record<string, string> = {}): Failure => {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return { code, details, metadata };
};

export const streamDeleted = (stream: string) =>
  failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const wrongExpectedVersion = (stream: string, expected: Expected, current: number) => {
  const number = { any: -2n, noStream: -1n, streamExists: -4n };
  const version = String(typeof expected === 'bigint' ? expected : number[expected]);
  const what = `Stream: ${stream}, Expected version: ${version}, Actual version: ${current}`;
  return failure(status.FAILED_PRECONDITION, `Delete failed due to WrongExpectedVersion. ${what}`, {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': version,
    'actual-version': String(current),
  });
};
