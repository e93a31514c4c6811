import type { FastifyReply } from 'fastify';
import type { Caller } from '#ledger';
import { HistoryController } from './history.controller.ts';
import type { History } from './history.ts';

const caller = { actor: { partnerId: 'default' } } as Caller;

it.each(['text/event-stream', 'application/x-ndjson'])(
  'HEAD of %s returns the type, and opens no stream',
  async (accept) => {
    let opened = 0;
    const history = { stream: () => Promise.resolve((opened += 1)) } as unknown as History;
    const sent: Record<string, unknown> = {};
    const reply = {
      request: { method: 'HEAD' },
      headers: (headers: object) => (Object.assign(sent, headers), reply),
      header: () => reply,
      send: () => reply,
    };
    const controller = new HistoryController(history);
    await controller.list({ limit: 50 }, { accept }, caller, reply as unknown as FastifyReply);
    expect([opened, sent['content-type']]).toEqual([0, accept]);
  },
);
