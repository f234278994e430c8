import { requireNode } from "./node";

/** Loads the rest only then: an old Node would stop at a library's syntax, and not say what to do. */
const main = async (): Promise<void> => {
  requireNode("ops");
  const { endWith, ops } = await import("./commands/ops");
  endWith(await ops(process.argv.slice(2)));
};

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
