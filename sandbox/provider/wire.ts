import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type Difference, InitFailed } from "./lifecycle";
import type { Values } from "./resource";

export function fromStruct(struct: Struct | undefined): Values {
  return struct ? (struct.toJavaScript() as Values) : {};
}

/** Values for the engine; undefined ones are left out. */
export function toStruct(values: Values): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(values)) as Record<string, JavaScriptValue>);
}

export function toDiffResponse({ changed, replaces, added, removed, deleteBeforeReplace }: Difference) {
  const { Kind } = provider.PropertyDiff;
  const response = new provider.DiffResponse();
  for (const name of changed) {
    const replace = replaces.includes(name);
    const detail = new provider.PropertyDiff();
    if (added.has(name)) detail.setKind(replace ? Kind.ADD_REPLACE : Kind.ADD);
    else if (removed.has(name)) detail.setKind(replace ? Kind.DELETE_REPLACE : Kind.DELETE);
    else detail.setKind(replace ? Kind.UPDATE_REPLACE : Kind.UPDATE);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(name, detail);
  }
  const { DIFF_SOME, DIFF_NONE } = provider.DiffResponse.DiffChanges;
  response.setDiffsList(changed);
  response.setReplacesList(replaces);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  return response;
}

/** An error as the engine wants it; a half-made resource goes along in the details, so that its id is kept. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof InitFailed)) return { code: status.UNKNOWN, details: message };

  const failed = new provider.ErrorResourceInitFailed();
  failed.setId(error.id);
  failed.setProperties(toStruct(error.properties));
  failed.setInputs(toStruct(error.properties));
  failed.setReasonsList([message]);
  const detail = new Any();
  detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const answer = new Status();
  answer.setCode(status.UNKNOWN);
  answer.setMessage(message);
  answer.addDetails(detail);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(answer.serializeBinary()));
  return { code: status.UNKNOWN, details: message, metadata };
}
