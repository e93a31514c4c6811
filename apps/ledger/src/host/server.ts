import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type {
  default as fastify,
  FastifyHttpOptions,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawServerDefault,
} from 'fastify';
import { problemOf, sendProblem } from '../routing/problem.filter.ts';
import { closeInOrder } from './closing.ts';
import { answerTo, InvalidRequest, ProblemError } from '../http/problem.ts';
import { readJsonOnly } from './json-body.ts';

const MOST_BODY_BYTES = 1_048_576;
const MOST_URI_CHARACTERS = 8_192;
/** Above the limit of a URI, so that a URI that is too long can be distinguished from headers that are. */
const MOST_HEADER_BYTES = 65_536;
/** How long a request may take to arrive, in milliseconds. */
const MOST_ARRIVAL_MS = 60_000;
/** How long a caller may leave an answer unread, in milliseconds, before the connection is cut: a live stream says something more often. */
const MOST_UNREAD_MS = 60_000;

/** The HTTP server: limits, the correlation id, and problem responses for requests that reach no route. */
export const httpServer = (): FastifyAdapter => {
  const options: FastifyHttpOptions<RawServerDefault> = {
    bodyLimit: MOST_BODY_BYTES,
    // Node would refuse a request without a host by itself, and with an empty body.
    http: { maxHeaderSize: MOST_HEADER_BYTES, requireHostHeader: false },
    requestTimeout: MOST_ARRIVAL_MS,
    routerOptions: { maxParamLength: MOST_URI_CHARACTERS },
    requestIdHeader: false,
    // Late requests get our own problem response.
    return503OnClosing: false,
    genReqId: ({ headers }) => correlationId(headers['correlation-id']),
    frameworkErrors: (error, request, reply) => {
      correlate(request, reply);
      sendProblem(reply, problemOf(error));
    },
    clientErrorHandler: (error, socket) => {
      answerRaw(error, socket);
    },
  };
  const adapter = new FastifyAdapter(options);
  const server = adapter.getInstance<FastifyInstance>();
  readJsonOnly(server);
  server.addHook('onRequest', (request, reply, done) => {
    correlate(request, reply);
    done(headRefusal(request.raw));
  });
  // From when the answer is there; Node sets the time between two requests anew by itself.
  server.addHook('onSend', (request, _reply, payload, done) => {
    request.raw.socket.setTimeout(MOST_UNREAD_MS);
    done(null, payload);
  });
  // Node would do the same with an unknown expectation.
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response));
  closeInOrder(server);
  return adapter;
};

/** What is wrong with a request line or its headers. */
const headRefusal = ({
  url = '',
  httpVersion,
  headers: { host, expect },
}: IncomingMessage): ProblemError | undefined => {
  if (url.length > MOST_URI_CHARACTERS)
    return new ProblemError('URI_TOO_LONG', `the address has more than ${MOST_URI_CHARACTERS} characters`);
  if (host === undefined && httpVersion === '1.1')
    return new InvalidRequest([{ path: 'host', message: 'must be sent: HTTP/1.1 has it in every request' }]);
  if (expect !== undefined && expect.toLowerCase() !== '100-continue')
    return new InvalidRequest([{ path: 'expect', message: 'must be 100-continue' }]);
  return undefined;
};

/** The correlation id as sent, if it can be sent back; otherwise a new one. */
export const correlationId = (sent: string | string[] | undefined): string =>
  typeof sent === 'string' && /^[\x20-\x7e]{1,255}$/.test(sent) ? sent : randomUUID();

const correlate = (request: FastifyRequest, reply: FastifyReply): void => {
  void reply.header('correlation-id', request.id);
};

/** Responds to bytes that are not HTTP, or too many of them, before there is a request. */
const answerRaw = (error: fastify.ConnectionError, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = answerTo(rawProblem(error));
  const text = JSON.stringify(body);
  const fields = {
    ...headers,
    'correlation-id': randomUUID(),
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} No\r\n${head.join('')}\r\n${text}`);
};

const rawProblem = ({ code, rawPacket }: fastify.ConnectionError): ProblemError => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new InvalidRequest([{ path: '', message: 'the request did not arrive in time' }]);
  if (code !== 'HPE_HEADER_OVERFLOW') return new InvalidRequest([{ path: '', message: 'this is not an HTTP request' }]);
  // The first line did not end within a whole packet: the address is too long.
  return Buffer.from(rawPacket as unknown as Uint8Array).includes('\n')
    ? new InvalidRequest([{ path: '', message: `the headers have more than ${MOST_HEADER_BYTES} bytes` }])
    : new ProblemError('URI_TOO_LONG', `the address has more than ${MOST_URI_CHARACTERS} characters`);
};
