import type { EventStoreDBClient } from '@eventstore/db-client';

/** Opens a call on one of the driver's grpc clients. */
type OpenCall = (grpcClient: unknown) => object;
type CallOpener = (service: unknown, name: string, open: OpenCall, cache?: unknown) => () => Promise<object>;
type FailureHandler = (grpcClient: unknown, error: unknown) => Promise<void>;

/**
 * A client whose promises all have a handler; one without ends the process. Two of the driver's have none: that of an append
 * whose frame waits until the call takes more, when the call ends meanwhile; and that of its own clean-up after a failure,
 * when the next connection fails meanwhile.
 */
export const withoutLooseEnds = (client: EventStoreDBClient): EventStoreDBClient => {
  const opener = Reflect.get(client, 'GRPCStreamCreator') as CallOpener;
  const neverFull: CallOpener = (service, name, open, cache) =>
    opener(service, name, (grpcClient) => takingAll(open(grpcClient)), cache);
  Reflect.set(client, 'GRPCStreamCreator', neverFull);
  const handle = Reflect.get(client, 'handleError') as FailureHandler;
  const handled: FailureHandler = (grpcClient, error) => handle(grpcClient, error).catch(() => undefined);
  Reflect.set(client, 'handleError', handled);
  return client;
};

/** A call that never asks its writer to wait. How much it has to hold is bounded by the appends in flight. */
const takingAll = (call: object): object => {
  const write: unknown = Reflect.get(call, 'write');
  if (typeof write === 'function')
    Reflect.set(call, 'write', (...message: unknown[]) => {
      Reflect.apply(write, call, message);
      return true;
    });
  return call;
};
