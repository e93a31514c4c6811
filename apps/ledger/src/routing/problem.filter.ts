import type { Readable } from 'node:stream';
import { Catch, HttpException, Inject, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RevisionConflict, StoreUnavailable } from '#event-store';
import { MalformedCursor } from '#projections';
import { ReadModelNotBuilt, ReadStoreUnavailable } from '#read-store';
import { answerTo, InvalidRequest, ProblemError, type ProblemCode } from '../http/problem.ts';
import { SETTINGS, type Settings } from '../config/options.ts';

/** The only place where errors become HTTP (RFC 9457): those of the core, of a store, of Nest and of Fastify. */
@Injectable()
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Settings['logger'];

  constructor(@Inject(SETTINGS) { logger }: Pick<Settings, 'logger'>) {
    this.#logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const problem = problemOf(error);
    if (problem.code === 'INTERNAL_ERROR') {
      const { id, method } = http.getRequest<FastifyRequest>();
      const facts = { context: ProblemFilter.name, err: error, correlationId: id, method };
      this.#logger.error(facts, 'a request failed unexpectedly');
    }
    const reply = http.getResponse<FastifyReply>();
    if (problem.code !== 'BODY_TOO_LARGE') sendProblem(reply, problem);
    else void drained(http.getRequest<FastifyRequest>().raw).then(() => sendProblem(reply, problem));
  }
}

/** How much of a body that is too large is read before the response, in bytes and milliseconds. */
const DRAINED = { bytes: 64 * 1_048_576, ms: 5_000 };

/** Reads a body to its end and drops it: a client that is still sending would not see the response. */
const drained = (body: Readable): Promise<void> =>
  new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(resolve, DRAINED.ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > DRAINED.bytes) end();
    });
    body.once('end', end).once('close', end);
    if (body.readableEnded || body.destroyed) end();
    else body.resume();
  });

/** Writes a problem into a reply, unless another response has begun. */
export const sendProblem = (reply: FastifyReply, problem: ProblemError): void => {
  if (reply.sent || reply.raw.headersSent) {
    // Half a stream is not a response: the client has to see that it broke off.
    reply.raw.destroy();
    return;
  }
  const { status, headers, body } = answerTo(problem);
  void reply.code(status).headers(headers).send(JSON.stringify(body));
};

/** The problem that the caller gets for an error. Details of unexpected errors stay inside. */
export const problemOf = (error: unknown): ProblemError => {
  if (error instanceof ProblemError) return error;
  if (error instanceof StoreUnavailable)
    return new ProblemError('EVENT_STORE_UNAVAILABLE', `${error.message}: try again with the same key`);
  // Only after many attempts: many writers want this stream now.
  if (error instanceof RevisionConflict)
    return new ProblemError(
      'EVENT_STORE_UNAVAILABLE',
      'too many other requests change this now: try again with the same key',
    );
  if (error instanceof ReadModelNotBuilt)
    return new ProblemError(
      'PROJECTION_BEHIND',
      'the read models are being built, and are served once they are complete: try again',
    );
  if (error instanceof ReadStoreUnavailable)
    return new ProblemError('READ_STORE_UNAVAILABLE', `${error.message}: try again`);
  if (error instanceof MalformedCursor) return new InvalidRequest([{ path: 'cursor', message: error.message }]);
  const status = frameworkStatus(error);
  if (status === undefined || status >= 500)
    return new ProblemError('INTERNAL_ERROR', 'an unexpected error occurred; the ledger has logged it');
  return frameworkProblem(status, (error as Error).message);
};

/** The status of an error of Nest or Fastify itself. */
const frameworkStatus = (error: unknown): number | undefined => {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = (error ?? {}) as { readonly statusCode?: unknown };
  return error instanceof Error && typeof statusCode === 'number' && statusCode >= 400 ? statusCode : undefined;
};

const codes: Readonly<Record<number, ProblemCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN_ROLE',
  404: 'ROUTE_NOT_FOUND',
  405: 'ROUTE_NOT_FOUND',
  413: 'BODY_TOO_LARGE',
  414: 'URI_TOO_LONG',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
};

/** The code for a 4xx of the framework; `VALIDATION_FAILED` if there is no other. */
const frameworkProblem = (status: number, message: string): ProblemError => {
  const code = codes[status];
  return code === undefined ? new InvalidRequest([{ path: '', message }]) : new ProblemError(code, message);
};
