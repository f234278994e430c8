import { Command as Program } from "commander";
import { STACKS } from "../stacks/order";
import { deploy, type Progress, requireSuccess } from "./deploy";

type Command = "up" | "preview" | "destroy";

import { engine } from "./engine/engine";
import { interruptible } from "./interrupt";
import { requireNode } from "./node";
import { projectRoot } from "./root";
import { chosenStacks } from "./stacks";

const show = ({ stack, kind, text }: Progress): void => {
  if (kind === "doing") return;
  const mark = { begin: "▶ ", resource: "  ", warning: "! ", end: "✓ ", failed: "✗ ", skipped: "- " }[kind];
  console.log(`${mark}${stack}: ${text}`);
};

let interrupted = false;

const perform = async (command: Command, named: readonly string[]): Promise<void> => {
  requireNode("ops");
  const workDir = projectRoot();
  // Pulumi looks for the packages that go into a function's zip from here.
  process.chdir(workDir);
  const stacks = chosenStacks(command, named, workDir);
  await interruptible(console.error, async (interruption) => {
    interruption.stop.addEventListener("abort", () => {
      interrupted = true;
    });
    const cli = await engine({ progress: console.error, signal: interruption.stop });
    requireSuccess(await deploy({ command, stacks, workDir, engine: cli, onProgress: show, interruption }));
  });
};

const program = new Program("ops").description(
  "Runs Pulumi on hakken's stacks in the order in which they need each other.",
);
const order = STACKS.join(", ");
const describe: Record<Command, string> = {
  up: `deploy: ${order}, without asking; \`preview\` shows what it would do`,
  preview: "show what `up` would do; changes nothing",
  destroy: `take down, in reverse order; --stack is required`,
};
for (const command of ["up", "preview", "destroy"] as const) {
  const option = ["--stack <names...>", 'stacks to take, or "all"'] as const;
  const added = program.command(command).description(describe[command]);
  if (command === "destroy") added.requiredOption(...option);
  else added.option(...option, []);
  added.action((options: { stack: string[] }) => perform(command, options.stack));
}

// The last lines of a failure name stack, resource and reason.
program.parseAsync().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = interrupted ? 130 : 1;
});
