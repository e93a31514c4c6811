import { status, type sendUnaryData, type ServerReadableStream } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { isLost, notLeader, takenIn } from './mishaps.ts';
import type { Expected, Proposed, Written } from './rules.ts';
import type { ServiceContext } from './service-context.ts';
import { expectedIn, failure, nameIn, proposedIn, streamDeleted, type Failure } from './wire.ts';

const classicAnswer = (expected: Expected, written: Written): AppendResp => {
  const answer = new streams.AppendResp();
  if (written.outcome === 'written') {
    const answered = new streams.AppendResp.Success().setCurrentRevision(String(Math.max(0, written.revision)));
    if (written.at === undefined) answered.setNoPosition(new shared.Empty());
    else {
      const at = String(written.at);
      answered.setPosition(new streams.AppendResp.Position().setCommitPosition(at).setPreparePosition(at));
    }
    return answer.setSuccess(answered);
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  const current = written.outcome === 'wrongExpectedVersion' ? written.current : -1;
  if (current < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(current));
  if (typeof expected === 'bigint') wrong.setExpectedRevision(String(expected));
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'noStream') wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedStreamExists(new shared.Empty());
  return answer.setWrongExpectedVersion(wrong);
};

const incomplete = failure(status.INVALID_ARGUMENT, 'Required Metadata Property is missing', {
  exception: 'missing-required-metadata-property',
  'required-metadata-properties': 'type,content-type',
});

const late = failure(status.ABORTED, 'Operation timed out: the commit took too long');

const tooLarge = (maximum: number) =>
  failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${maximum} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(maximum),
  });

/** One append per call: a header, then one message per event. */
export const append =
  (around: ServiceContext) =>
  (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>): void => {
    const { faults, address } = around;
    let stream = '';
    let expected: Expected = 'any';
    const events: Proposed[] = [];
    let failed: Failure | undefined;
    call.on('data', (frame: AppendReq) => {
      const options = frame.getOptions();
      if (options !== undefined) {
        stream = nameIn(options.getStreamIdentifier());
        expected = expectedIn(options, options.hasRevision() ? options.getRevision() : undefined);
        failed = around.refusal(call.metadata, 'write', stream);
      }
      const message = frame.getProposedMessage();
      const event = message === undefined ? undefined : proposedIn(message);
      if (event !== undefined) events.push(event);
      else if (message !== undefined) failed ??= incomplete;
    });
    call.on('end', () => {
      if (isLost(around, 'before')) return;
      if (faults.take('notLeader')) {
        answer(notLeader(address()));
        return;
      }
      if (failed !== undefined) {
        answer(failed);
        return;
      }
      const written = takenIn(around, stream, events, expected);
      if (isLost(around, 'after') || written.outcome === 'unanswered') return;
      if (written.outcome === 'streamDeleted') answer(streamDeleted(stream));
      else if (written.outcome === 'tooLarge') answer(tooLarge(written.maximum));
      else if (written.outcome === 'late') answer(late);
      else setTimeout(() => answer(null, classicAnswer(expected, written)), faults.value('slow'));
    });
  };
