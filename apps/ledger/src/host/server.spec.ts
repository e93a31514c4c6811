import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { httpServer } from './server.ts';

it.each([
  ['ERR_HTTP_REQUEST_TIMEOUT', 400, 'VALIDATION_FAILED', 'did not arrive in time'],
  ['HPE_INVALID_METHOD', 400, 'VALIDATION_FAILED', 'not an HTTP request'],
])('a request that fails with %s while it is parsed gets an answer', (code, status, name, words) => {
  const socket = new PassThrough();
  httpServer()
    .getInstance()
    .server.emit('clientError', Object.assign(new Error(code), { code }), socket);
  const [head, body] = String(socket.read()).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(JSON.parse(body!)).toMatchObject({ status, code: name, detail: expect.stringContaining(words) });
});

it('closes a connection whose request does not arrive in time', () => {
  const { server } = httpServer().getInstance<FastifyInstance>();
  expect(server.requestTimeout).toBe(60_000);
});
