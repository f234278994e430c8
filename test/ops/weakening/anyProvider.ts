import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changedInputs, comparison } from "../../../sandbox/provider/compare";
import { fromStruct, toDiffResponse, toStruct } from "../../../sandbox/provider/wire";

/** A provider of any type that keeps what it is given and does nothing. A change of an input named here replaces the resource. */
export async function startAnyProvider(replacing: readonly string[]): Promise<{ port: number; stop(): void }> {
  let made = 0;
  const difference = (request: provider.DiffRequest) => {
    const [olds, news] = [fromStruct(request.getOldInputs()), fromStruct(request.getNews())];
    const changed = changedInputs(comparison(new Set(), new Set()), olds, news);
    return toDiffResponse({
      changed,
      replaces: changed.filter((name) => replacing.includes(name)),
      added: new Set(changed.filter((name) => !(name in olds))),
      removed: new Set(changed.filter((name) => !(name in news))),
      deleteBeforeReplace: false,
    });
  };
  const checked = (request: provider.CheckRequest) => new provider.CheckResponse().setInputs(request.getNews());
  const calls: Record<string, (request: never) => unknown> = {
    handshake: () => new provider.ProviderHandshakeResponse(),
    attach: () => new Empty(),
    cancel: () => new Empty(),
    getPluginInfo: () => new PluginInfo().setVersion("7.48.0"),
    checkConfig: checked,
    diffConfig: difference,
    configure: () => new provider.ConfigureResponse().setSupportspreview(true),
    check: checked,
    diff: difference,
    create: (request: provider.CreateRequest) => {
      const response = new provider.CreateResponse().setProperties(request.getProperties());
      return request.getPreview() ? response : response.setId(`id-${++made}`);
    },
    update: (request: provider.UpdateRequest) =>
      new provider.UpdateResponse().setProperties(toStruct(fromStruct(request.getNews()))),
    delete: () => new Empty(),
  };

  const server = new Server();
  server.addService(
    ResourceProviderService,
    Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [
        name,
        ({ request }: ServerUnaryCall<unknown, unknown>, answer: sendUnaryData<unknown>) =>
          answer(null, call(request as never)),
      ]),
    ),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, stop: () => server.forceShutdown() };
}
