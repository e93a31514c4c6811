import { status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { DeleteReq, DeleteResp, TombstoneReq, TombstoneResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected, Written } from './rules.ts';
import type { ServiceContext } from './service-context.ts';
import { expectedIn, failure, nameIn, streamDeleted, wrongExpectedVersion } from './wire.ts';

type Ending = DeleteReq | TombstoneReq;

/** Soft deletion and tombstone differ in their effect on the log, and in the names of their messages. */
const ending =
  <Response>(
    { faults, refusal }: ServiceContext,
    end: (name: string, expected: Expected) => Written,
    responseAt: (at: string) => Response,
  ) =>
  (call: ServerUnaryCall<Ending, Response>, answer: sendUnaryData<Response>): void => {
    if (faults.value('silence') > 0) return;
    const options = call.request.getOptions();
    if (options === undefined) {
      answer(failure(status.INVALID_ARGUMENT, 'no options'));
      return;
    }
    const name = nameIn(options.getStreamIdentifier());
    const refused = refusal(call.metadata, 'delete', name);
    if (refused !== undefined) {
      answer(refused);
      return;
    }
    const expected = expectedIn(options, options.hasRevision() ? options.getRevision() : undefined);
    const ended = end(name, expected);
    if (ended.outcome === 'streamDeleted') answer(streamDeleted(name));
    else if (ended.outcome === 'wrongExpectedVersion') answer(wrongExpectedVersion(name, expected, ended.current));
    else answer(null, responseAt(String(ended.outcome === 'written' ? ended.at : 0)));
  };

const deleted = (at: string): DeleteResp =>
  new streams.DeleteResp().setPosition(new streams.DeleteResp.Position().setCommitPosition(at).setPreparePosition(at));
const tombstoned = (at: string): TombstoneResp =>
  new streams.TombstoneResp().setPosition(
    new streams.TombstoneResp.Position().setCommitPosition(at).setPreparePosition(at),
  );

/** Soft-deletes a stream. */
export const softDelete = (around: ServiceContext) =>
  ending(around, (name, expected) => around.log.softDelete(name, expected), deleted);

/** Tombstones a stream. */
export const tombstone = (around: ServiceContext) =>
  ending(around, (name, expected) => around.log.tombstone(name, expected), tombstoned);
