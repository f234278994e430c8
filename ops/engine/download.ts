import { join } from "node:path";
import { run } from "./children";
import type { Installation } from "./engine";
import { megabytesIn, watch } from "./watch";

/** A download that brings nothing new for so long is given up, milliseconds: some networks drop packets without a word. */
const PATIENCE = 60_000;

/** Lets the npm package `pulumi` download the CLI. Gives the folder that it made. */
export const download = async ({
  progress,
  signal,
  env,
  installer,
  version,
  folder,
}: Installation): Promise<string> => {
  progress(`Downloading the Pulumi CLI ${version} (about 100 MB, once) ...`);
  const stalled = new AbortController();
  let seen = { megabytes: 0, at: Date.now() };
  const stop = watch(5_000, async (elapsed) => {
    const megabytes = await megabytesIn(folder);
    if (megabytes > seen.megabytes) seen = { megabytes, at: Date.now() };
    if (Date.now() - seen.at > PATIENCE) stalled.abort(new Error("nothing came for a minute"));
    if (megabytes >= 1) progress(`  ${megabytes} MB, ${elapsed}`);
  });
  try {
    await run(process.execPath, [installer, "version"], {
      // Its home and its temporary files in our folder: what is cut off leaves nothing half-installed behind.
      env: { ...env, PULUMI_HOME: folder, TMPDIR: folder, PULUMI_VERSION: version },
      signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    const lines = (error as Error).message.split("\n");
    throw new Error(`Its download failed: ${lines.at(-1)}`);
  } finally {
    stop();
  }
  return join(folder, "versions", version);
};
