import { status, type ServerDuplexStream } from '@grpc/grpc-js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { answerTo, badRequest, denied, timedOut } from './batch-answers.ts';
import { isLost, notLeader, takenIn } from './mishaps.ts';
import type { Expected, Proposed } from './rules.ts';
import type { ServiceContext } from './service-context.ts';
import { expectedIn, nameIn, proposedIn, uuidIn } from './wire.ts';

/** The longest deadline that the server grants an append, in milliseconds. */
const WRITE_TIMEOUT = 2_000;

type Call = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

/** An append whose frames have not all arrived. */
type Pending = {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: Proposed[];
  readonly timer: NodeJS.Timeout;
  bad: boolean;
};

const begun = (options: BatchAppendReq.Options, timer: NodeJS.Timeout): Pending => ({
  stream: nameIn(options.getStreamIdentifier()),
  expected: expectedIn(options, options.hasStreamPosition() ? options.getStreamPosition() : undefined),
  events: [],
  timer,
  bad: false,
});

const timeLeft = (options: BatchAppendReq.Options): number => {
  const deadline = options.getDeadline()?.toDate().getTime() ?? Infinity;
  return Math.min(WRITE_TIMEOUT, deadline - Date.now());
};

/** Receives the frames of many appends in one call, and answers each append once, in the order of completion. */
class Batches {
  readonly #around: ServiceContext;
  readonly #call: Call;
  readonly #pending = new Map<string, Pending>();

  constructor(around: ServiceContext, call: Call) {
    this.#around = around;
    this.#call = call;
  }

  take(frame: BatchAppendReq): void {
    const id = uuidIn(frame.getCorrelationId());
    const options = frame.getOptions();
    if (options !== undefined && !this.#begin(frame, options)) return;
    const append = this.#pending.get(id);
    // A remaining frame of an append that has already failed.
    if (append === undefined) return;
    for (const message of frame.getProposedMessagesList()) {
      const event = proposedIn(message);
      if (event === undefined || event.id === '' || event.type === '') append.bad = true;
      else append.events.push(event);
    }
    if (!frame.getIsFinal()) return;
    clearTimeout(append.timer);
    this.#pending.delete(id);
    this.#complete(frame, append);
  }

  leave(): void {
    for (const { timer } of this.#pending.values()) clearTimeout(timer);
  }

  /** Whether the append may continue. */
  #begin(frame: BatchAppendReq, options: BatchAppendReq.Options): boolean {
    const stream = nameIn(options.getStreamIdentifier());
    const refusal = this.#around.refusal(this.#call.metadata, 'write', stream);
    const left = timeLeft(options);
    if (refusal?.code === status.UNAUTHENTICATED) this.#call.emit('error', refusal);
    else if (refusal !== undefined) this.#answer(frame, denied(stream));
    else if (left <= 0) this.#answer(frame, timedOut(stream));
    else {
      const id = uuidIn(frame.getCorrelationId());
      const late = () => {
        this.#pending.delete(id);
        this.#answer(frame, timedOut(stream));
      };
      this.#pending.set(id, begun(options, setTimeout(late, left)));
      return true;
    }
    return false;
  }

  #complete(frame: BatchAppendReq, { stream, expected, events, bad }: Pending): void {
    const { faults, address } = this.#around;
    if (isLost(this.#around, 'before')) return;
    if (faults.take('notLeader')) {
      this.#call.emit('error', notLeader(address()));
      return;
    }
    if (bad) {
      this.#answer(frame, badRequest(stream));
      return;
    }
    const written = takenIn(this.#around, stream, events, expected);
    if (isLost(this.#around, 'after') || written.outcome === 'unanswered') return;
    this.#answer(frame, written.outcome === 'late' ? timedOut(stream) : answerTo(stream, expected, written));
  }

  #answer(frame: BatchAppendReq, response: BatchAppendResp): void {
    response.setCorrelationId(frame.getCorrelationId());
    const send = () => this.#call.cancelled || this.#call.write(response);
    const wait = this.#around.faults.value('slow');
    if (wait > 0) setTimeout(send, wait);
    else send();
  }
}

/** The call for many appends. */
export const batchAppend =
  (around: ServiceContext) =>
  (call: Call): void => {
    const batches = new Batches(around, call);
    call.on('data', (frame: BatchAppendReq) => batches.take(frame));
    call.on('cancelled', () => batches.leave());
    call.on('error', () => undefined);
    call.on('end', () => call.end());
  };
