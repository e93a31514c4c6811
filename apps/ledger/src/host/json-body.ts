import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidRequest, ProblemError } from '../http/problem.ts';

/** Reads bodies: JSON in UTF-8 (RFC 8259 §8.1). Other types are refused with 415. */
export const readJsonOnly = (server: FastifyInstance): void => {
  server.removeContentTypeParser(['text/plain', 'application/json']);
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const problem = encodingProblem(request, body);
    if (problem === undefined) void parse(request, body.toString(), done);
    else done(problem);
  });
};

/** What is wrong with the encoding of a body, before its content is looked at. */
const encodingProblem = ({ headers }: FastifyRequest, body: Buffer): ProblemError | undefined => {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  if (encoding.toLowerCase() !== 'identity')
    return new ProblemError(
      'UNSUPPORTED_MEDIA_TYPE',
      'a compressed body is not accepted: send it without Content-Encoding',
    );
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(type)?.[1] ?? 'utf-8';
  if (!/^(utf-?8|us-ascii)$/i.test(charset)) return new ProblemError('UNSUPPORTED_MEDIA_TYPE', 'a body must be UTF-8');
  return isUtf8(body) ? undefined : new InvalidRequest([{ path: '', message: 'the body must be JSON in UTF-8' }]);
};
