import { randomUUID } from 'node:crypto';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { ServiceContext } from './service-context.ts';

/** The version that the stand-in imitates. */
const VERSION = '24.6.0';

const METHODS: readonly (readonly [service: string, method: string, features: readonly string[]])[] = [
  ['event_store.client.streams.streams', 'append', []],
  ['event_store.client.streams.streams', 'batchappend', ['deadline_duration']],
  ['event_store.client.streams.streams', 'delete', []],
  ['event_store.client.streams.streams', 'read', ['position', 'events']],
  ['event_store.client.streams.streams', 'tombstone', []],
];

/** The server's features and version. */
export const supported =
  ({ faults }: ServiceContext, version = VERSION) =>
  (_call: unknown, answer: sendUnaryData<SupportedMethods>): void => {
    if (faults.value('silence') > 0) return;
    const list = new features.SupportedMethods().setEventStoreServerVersion(version);
    for (const [service, method, its] of METHODS)
      list.addMethods(
        new features.SupportedMethod()
          .setServiceName(service)
          .setMethodName(method)
          .setFeaturesList([...its]),
      );
    answer(null, list);
  };

/** A cluster with this node as its only member and leader. */
export const cluster = ({ address }: ServiceContext) => {
  const id = new shared.UUID().setString(randomUUID());
  return (_call: ServerUnaryCall<Empty, ClusterInfo>, answer: sendUnaryData<ClusterInfo>): void => {
    const { host, port } = address();
    const member = new gossip.MemberInfo()
      .setInstanceId(id)
      // Ticks of 100 ns.
      .setTimeStamp(`${Date.now()}0000`)
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port));
    answer(null, new gossip.ClusterInfo().setMembersList([member]));
  };
};
