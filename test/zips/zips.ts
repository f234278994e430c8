import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { zipSync } from "fflate";
import type { NotificationPipelineArgs } from "../../components/notification/NotificationPipeline";
import type { ReconcilerSettings } from "../../handlers/reconciler";

/** A function as Pulumi would upload it. */
export interface Zip {
  /** Folder with its files, unpacked. */
  folder: string;
  /** Paths of its files. */
  files: string[];
  /** Size of the archive in bytes. */
  bytes: number;
}

/** Every function of the pipeline. */
export function pipelineZips(args: NotificationPipelineArgs): Promise<Record<string, Zip>> {
  return zipsOf("components/notification/NotificationPipeline", ({ NotificationPipeline }) => {
    new NotificationPipeline("alerts", args);
  });
}

/** The reconciler's function. */
export async function reconcilerZip(settings: ReconcilerSettings): Promise<Zip> {
  const duties = Object.entries(settings).map(([kind, of]) => ({ kind, settings: of, regions: {}, statements: [] }));
  const alarms = { topicArn: "arn:of:topic", namePrefix: "alarm-" };
  const zips = await zipsOf("components/detection/Reconciler", ({ Reconciler }) => {
    new Reconciler("reconciler", { region: "ap-northeast-1", duties, alarms });
  });
  return zips.reconciler as Zip;
}

// biome-ignore lint/suspicious/noExplicitAny: a compiled module, which no declaration is built for.
type Compiled = any;

/** Serializes every function that a component makes as `pulumi up` does, from the compiled program, and unpacks each. */
async function zipsOf(module: string, make: (compiled: Compiled) => void): Promise<Record<string, Zip>> {
  const code: Record<string, pulumi.asset.AssetArchive> = {};
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      if (type === "aws:lambda/function:Function") code[name.replace(/^alerts-/, "")] = inputs.code;
      return { id: name, state: { ...inputs, name, arn: `arn:of:${name}`, url: `https://${name}`, keyId: name } };
    },
    call: ({ inputs }) => inputs,
  });
  // Compiled: vitest's own transform does not survive the serialization.
  make(createRequire(__filename)(`../../bin/${module}.js`));
  await pulumi.runtime.disconnect();

  const root = mkdtempSync(join(tmpdir(), "hakken-zips-"));
  const unpacked = Object.entries(code).map(async ([name, archive]) => [name, await unpack(archive, join(root, name))]);
  return Object.fromEntries(await Promise.all(unpacked));
}

async function unpack(archive: pulumi.asset.AssetArchive, folder: string): Promise<Zip> {
  mkdirSync(folder, { recursive: true });
  for (const [path, asset] of Object.entries(await archive.assets)) {
    const { text, path: source } = (await asset) as { text?: Promise<string>; path?: Promise<string> };
    if (text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), await text);
    } else if (source) cpSync(await source, join(folder, path), { recursive: true });
  }
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = found.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const zipped = zipSync(Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file))])));
  return { folder, files, bytes: zipped.length };
}
