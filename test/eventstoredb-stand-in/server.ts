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

/** Kestrel's bound on open calls of one connection; Node's own is none, and would hide calls that leak. */
const OPEN_CALLS = 100;
/** How long calls may go on after the server was asked to end, in milliseconds: as long as on the real one. */
const FAREWELL = 5_000;

export type ServerOptions = LogOptions & {
  /** Where to listen; 0: at any port. */
  readonly port: number;
  /**
   * Where its certificate is kept, made when there is none: then it speaks TLS, and asks who one is. `admin` and `ops`
   * are known, both with the password `changeit`.
   */
  readonly certificate?: string | undefined;
  /** The version that it says it is of; left out, the one that it is modelled on. */
  readonly version?: string | undefined;
  /** How long a commit may take, in milliseconds; as long as it likes when left out. */
  readonly commitTimeout?: number | undefined;
};

/** `end` lets the calls go on for so many milliseconds that are open, and cancels the rest. */
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
    // By name: Node lets nobody ask for the certificate of an IP address.
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
