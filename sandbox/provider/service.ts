import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changedInputs, comparison } from "./compare";
import { configure, type Session, type Surroundings, unsupportedSettings } from "./configuration";
import type { Lifecycle } from "./lifecycle";
import type { ProviderFunction } from "./resource";
import { fromStruct, toDiffResponse, toServiceError, toStruct } from "./wire";

export interface Table {
  readonly version: string;
  readonly resources: ReadonlyMap<string, Lifecycle>;
  readonly functions: Readonly<Record<string, ProviderFunction>>;
}

/**
 * The provider as one connection sees it. The engine dials anew for each provider resource of a program, configures it over
 * that connection, and makes all calls of that provider over the same one, none of which says whose they are: so a
 * connection is a configured provider, and what is configured lives and dies with it.
 */
export function providerService(table: Table, around: Surroundings, log: (line: string) => void) {
  const cancelled = new AbortController();
  let session: Session | undefined;

  const configured = () => {
    if (!session) throw new Error("this connection was not configured: the engine lost the one that was");
    return session;
  };
  const typeOf = (urn: string) => {
    const token = urn.split("::")[2]?.split("$").pop() ?? "";
    const type = table.resources.get(token);
    if (!type) throw new Error(`the stand-in aws provider has no resource type ${token}`);
    return type;
  };

  const calls = {
    // Accepts neither secrets nor outputs: the engine then sends plain values and marks what is secret by itself.
    handshake: async (_: provider.ProviderHandshakeRequest) => new provider.ProviderHandshakeResponse(),
    attach: async () => new Empty(),
    cancel: async () => {
      cancelled.abort();
      return new Empty();
    },
    getPluginInfo: async () => {
      const info = new PluginInfo();
      info.setVersion(table.version);
      return info;
    },
    checkConfig: async (request: provider.CheckRequest) => {
      const response = new provider.CheckResponse();
      response.setInputs(request.getNews());
      for (const name of unsupportedSettings(Object.keys(fromStruct(request.getNews()))))
        response.addFailures(failure(name, `the stand-in aws provider does not support its setting ${name}`));
      return response;
    },
    diffConfig: async (request: provider.DiffRequest) => {
      const [olds, news] = [fromStruct(request.getOldInputs()), fromStruct(request.getNews())];
      const changed = changedInputs(comparison(new Set(), new Set()), olds, news);
      const none = new Set<string>();
      return toDiffResponse({ changed, replaces: [], added: none, removed: none, deleteBeforeReplace: false });
    },
    configure: async (request: provider.ConfigureRequest) => {
      // Not `args`: there secrets stay wrapped, whatever the handshake said.
      const variables = request.getVariablesMap();
      session?.close();
      session = await configure((name) => variables.get(`aws:config:${name}`), around, cancelled.signal);
      log(`configured ${request.getUrn() || "the default provider"}: ${session.account} ${session.region}`);
      const response = new provider.ConfigureResponse();
      response.setSupportspreview(true);
      return response;
    },
    check: async (request: provider.CheckRequest) => {
      const [news, olds] = [fromStruct(request.getNews()), fromStruct(request.getOlds())];
      const name = request.getUrn().split("::").pop() ?? "";
      const checked = typeOf(request.getUrn()).check(name, news, olds, request.getRandomseed_asU8(), configured());
      const response = new provider.CheckResponse();
      response.setInputs(toStruct(checked.inputs));
      for (const { property, reason } of checked.failures) response.addFailures(failure(property, reason));
      return response;
    },
    diff: async (request: provider.DiffRequest) =>
      toDiffResponse(typeOf(request.getUrn()).diff(fromStruct(request.getOldInputs()), fromStruct(request.getNews()))),
    create: async (request: provider.CreateRequest) => {
      const inputs = fromStruct(request.getProperties());
      const response = new provider.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(toStruct(inputs)); // outputs that are left out are unknown
        return response;
      }
      const { id, outputs } = await typeOf(request.getUrn()).create(configured(), inputs, request.getTimeout());
      response.setId(id);
      response.setProperties(toStruct(outputs));
      return response;
    },
    read: async (request: provider.ReadRequest) => {
      const inputs = fromStruct(request.getInputs());
      // To an import the engine gives the id and nothing else.
      const state = fromStruct(request.getProperties());
      const isImport = Object.keys(inputs).length === 0 && Object.keys(state).length === 0;
      const type = typeOf(request.getUrn());
      const now = isImport
        ? await type.import(configured(), request.getId())
        : await type.read(configured(), request.getId(), inputs, state);
      const response = new provider.ReadResponse(); // an empty id: gone
      if (!now) return response;
      response.setId(now.id);
      response.setProperties(toStruct(now.outputs));
      response.setInputs(toStruct(now.inputs));
      return response;
    },
    update: async (request: provider.UpdateRequest) => {
      const [olds, news] = [fromStruct(request.getOldInputs()), fromStruct(request.getNews())];
      const response = new provider.UpdateResponse();
      const outputs = request.getPreview()
        ? { ...fromStruct(request.getOlds()), ...news }
        : await typeOf(request.getUrn()).update(configured(), request.getId(), olds, news, request.getTimeout());
      response.setProperties(toStruct(outputs));
      return response;
    },
    delete: async (request: provider.DeleteRequest) => {
      // The region that the resource was made in is in its outputs, also where the inputs name none.
      const inputs = { ...fromStruct(request.getProperties()), ...fromStruct(request.getOldInputs()) };
      await typeOf(request.getUrn()).delete(configured(), request.getId(), inputs, request.getTimeout());
      return new Empty();
    },
    invoke: async (request: provider.InvokeRequest) => {
      const token = request.getTok();
      const args = fromStruct(request.getArgs());
      const known = table.functions[token];
      if (!known) throw new Error(`the stand-in aws provider has no function ${token}`);
      const unmapped = Object.keys(args).filter((name) => name !== "region" && !known.args?.includes(name));
      if (unmapped.length > 0)
        throw new Error(`the stand-in aws provider does not map ${token}.${unmapped.join(", ")}`);
      const region = typeof args.region === "string" ? args.region : undefined;
      const result = await known.call(configured().scope(region), args);
      const response = new provider.InvokeResponse();
      response.setReturn(toStruct(result));
      return response;
    },
  };

  const implementation: UntypedServiceImplementation = {};
  for (const [name, call] of Object.entries(calls) as [string, (request: unknown) => Promise<unknown>][]) {
    implementation[name] = (unary: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => {
      call(unary.request).then(
        (response) => callback(null, response),
        (error) => {
          log(`${name} ${subject(unary.request)}: ${error instanceof Error ? error.message : error}`);
          callback(toServiceError(error));
        },
      );
    };
  }
  const close = () => {
    cancelled.abort();
    session?.close();
  };
  return { implementation, close };
}

function failure(property: string, reason: string): provider.CheckFailure {
  const one = new provider.CheckFailure();
  one.setProperty(property);
  one.setReason(reason);
  return one;
}

function subject(request: unknown): string {
  const { getUrn, getTok } = request as { getUrn?(): string; getTok?(): string };
  return getUrn?.call(request) ?? getTok?.call(request) ?? "";
}
