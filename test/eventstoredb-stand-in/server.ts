import { Server, ServerCredentials } from '@grpc/grpc-js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { access } from './access.ts';
import { append } from './append.ts';
import { batchAppend } from './batch-append.ts';
import { identityAt } from './certificate.ts';
import { softDelete, tombstone } from './deletion.ts';
import { Faults } from './faults.ts';
import { Log, type LogOptions } from './log.ts';
import { cluster, supported } from './node.ts';
import { read } from './reads.ts';
import type { ServiceContext } from './service-context.ts';

/** Kestrel's limit of open calls per connection; Node has no limit by default, which would hide leaked calls. */
const OPEN_CALLS = 100;
/** How long calls may continue after the server was asked to end, in milliseconds: as on the real one. */
const FAREWELL = 5_000;

export type ServerOptions = LogOptions & {
  /** The port to listen on; 0 for any free port. */
  readonly port: number;
  /**
   * Path of its certificate, which is created if missing. With it the server speaks TLS and authenticates. The users `admin`
   * and `ops` have the password `changeit`.
   */
  readonly certificate?: string | undefined;
  /** The version that it reports; by default the one that it imitates. */
  readonly version?: string | undefined;
  /** How long a commit may take, in milliseconds; unlimited by default. */
  readonly commitTimeout?: number | undefined;
};

/** `end` lets open calls continue for the given number of milliseconds, then cancels the rest. */
export type Running = ServiceContext & { readonly end: (farewell?: number) => Promise<void> };

const credentials = (certificate: string | undefined): ServerCredentials => {
  if (certificate === undefined) return ServerCredentials.createInsecure();
  const { key, certificate: own } = identityAt(certificate);
  return ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: own }]);
};

const ended = (server: Server, farewell: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), farewell);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });

/** Starts a stand-in for EventStoreDB. */
export const startServer = async (options: ServerOptions): Promise<Running> => {
  const { port, certificate, version, commitTimeout = Infinity } = options;
  const host = '127.0.0.1';
  const server = new Server({
    'grpc.max_concurrent_streams': OPEN_CALLS,
    'grpc.max_receive_message_length': 17 * 1024 * 1024,
  });
  let bound = port;
  const log = new Log(options);
  const around: ServiceContext = {
    log,
    faults: new Faults(),
    commitTimeout,
    refusal: certificate === undefined ? () => undefined : access(log),
    breakAll: () => server.drain(`${host}:${bound}`, 0),
    // By name: Node does not request a certificate for an IP address.
    address: () => ({ host: certificate === undefined ? host : 'localhost', port: bound }),
  };
  server.addService(streamsService.StreamsService, {
    append: append(around),
    batchAppend: batchAppend(around),
    read: (call: Parameters<ReturnType<typeof read>>[0]) => void read(around)(call),
    delete: softDelete(around),
    tombstone: tombstone(around),
  });
  server.addService(featuresService.ServerFeaturesService, { getSupportedMethods: supported(around, version) });
  server.addService(gossipService.GossipService, { read: cluster(around) });
  bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, credentials(certificate), (error, at) =>
      error === null ? resolve(at) : reject(error),
    );
  });
  return { ...around, end: (farewell = FAREWELL) => ended(server, farewell) };
};
