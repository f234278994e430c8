import net from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { Surroundings } from "./configuration";
import { functions } from "./functions";
import { Lifecycle } from "./lifecycle";
import { awsVersion } from "./schema";
import { providerService, type Table } from "./service";
import { resources } from "./table";

export interface ProviderOptions {
  /** The one endpoint of every AWS service. */
  endpoint: string;
  /** AWS shared credentials file, in which a provider's `profile` is looked up. Default: profiles are refused. */
  credentialsFile?: string;
  /**
   * Folders against which an archive's relative path is resolved, the likeliest first: the working folders of the stacks.
   * A function is asked each time. Default: this process's working folder.
   */
  programDirs?: readonly string[] | (() => readonly string[]);
  /** What getRegions answers an account. Default: the sandbox's three. */
  regionsOf?: (account: string) => readonly string[];
  /** A line about each provider configured and each call that failed. */
  log?: (line: string) => void;
}

export interface RunningProvider {
  /** For the engine's environment: PULUMI_DEBUG_PROVIDERS=aws:PORT. */
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts the stand-in `aws` provider on a free port of loopback. Rejects when its table disagrees with @pulumi/aws. */
export async function startProvider(options: ProviderOptions): Promise<RunningProvider> {
  const { endpoint, credentialsFile, programDirs = [process.cwd()], log = () => {} } = options;
  const table: Table = {
    version: awsVersion(),
    resources: new Map(Object.entries(resources).map(([token, type]) => [token, new Lifecycle(token, type)])),
    functions,
  };
  const around: Surroundings = {
    endpoint,
    credentialsFile,
    programDirs: typeof programDirs === "function" ? programDirs : () => programDirs,
    regionsOf: options.regionsOf ?? (() => ["ap-northeast-1", "ap-northeast-3", "us-east-1"]),
  };

  const sockets = new Set<net.Socket>();
  const listener = net.createServer((socket) => {
    const { implementation, close } = providerService(table, around, log);
    const server = new Server({ "grpc.max_receive_message_length": -1 });
    server.addService(ResourceProviderService, implementation);
    const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      close();
      injector.destroy();
    });
    injector.injectConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject).listen(0, "127.0.0.1", resolve);
  });

  return {
    port: (listener.address() as net.AddressInfo).port,
    stop: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
