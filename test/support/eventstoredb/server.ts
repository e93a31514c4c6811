import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import type { DeleteReq, DeleteResp, TombstoneReq, TombstoneResp } from '@eventstore/db-client/generated/streams_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { append } from './append.ts';
import { batchAppend } from './batch-append.ts';
import { Faults } from './faults.ts';
import { Log, type Written } from './log.ts';
import { read } from './reads.ts';
import type { Surroundings } from './surroundings.ts';
import { expectedIn, failure, nameIn, streamDeleted, wrongExpectedVersion } from './wire.ts';

/** The version that the stand-in is modelled on. */
const VERSION = '24.6.0';
/** Kestrel's bound on open calls of one connection; Node's own is none, and would hide calls that leak. */
const OPEN_CALLS = 100;

const supported = ({ faults }: Surroundings) => {
  const methods: readonly (readonly [service: string, method: string, features: readonly string[]])[] = [
    ['event_store.client.streams.streams', 'append', []],
    ['event_store.client.streams.streams', 'batchappend', ['deadline_duration']],
    ['event_store.client.streams.streams', 'delete', []],
    ['event_store.client.streams.streams', 'read', ['position', 'events']],
    ['event_store.client.streams.streams', 'tombstone', []],
  ];
  return (_call: unknown, answer: sendUnaryData<SupportedMethods>): void => {
    if (faults.value('silence') > 0) return;
    const list = new features.SupportedMethods().setEventStoreServerVersion(VERSION);
    for (const [service, method, its] of methods)
      list.addMethods(
        new features.SupportedMethod()
          .setServiceName(service)
          .setMethodName(method)
          .setFeaturesList([...its]),
      );
    answer(null, list);
  };
};

const cluster =
  ({ address }: Surroundings) =>
  (_call: ServerUnaryCall<Empty, ClusterInfo>, answer: sendUnaryData<ClusterInfo>): void => {
    const { host, port } = address();
    const member = new gossip.MemberInfo()
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port));
    answer(null, new gossip.ClusterInfo().setMembersList([member]));
  };

type Ending = DeleteReq | TombstoneReq;

/** Soft deletion and tombstone differ in what they do to the log, and in the names of their messages. */
const ending =
  <Response>(
    { faults }: Surroundings,
    end: (name: string, expected: ReturnType<typeof expectedIn>) => Written,
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

export type Running = Surroundings & { readonly stop: () => void };

/** Starts a stand-in for EventStoreDB on this port (0: any), with its journal at `path`, or in memory only. */
export const startServer = async (port: number, path?: string): Promise<Running> => {
  const host = '127.0.0.1';
  const server = new Server({
    'grpc.max_concurrent_streams': OPEN_CALLS,
    'grpc.max_receive_message_length': 17 * 1024 * 1024,
  });
  let bound = port;
  const around: Surroundings = {
    log: new Log(path),
    faults: new Faults(),
    breakAll: () => server.drain(`${host}:${bound}`, 0),
    address: () => ({ host, port: bound }),
  };
  server.addService(streamsService.StreamsService, {
    append: append(around),
    batchAppend: batchAppend(around),
    read: (call: Parameters<ReturnType<typeof read>>[0]) => void read(around)(call),
    delete: ending(around, (name, expected) => around.log.softDelete(name, expected), deleted),
    tombstone: ending(around, (name, expected) => around.log.tombstone(name, expected), tombstoned),
  });
  server.addService(featuresService.ServerFeaturesService, { getSupportedMethods: supported(around) });
  server.addService(gossipService.GossipService, { read: cluster(around) });
  bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error === null ? resolve(at) : reject(error),
    );
  });
  return { ...around, stop: () => server.forceShutdown() };
};
