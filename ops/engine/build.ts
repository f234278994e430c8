import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../root";
import { run } from "./children";
import type { Installation } from "./engine";
import { megabytesIn, watch } from "./watch";

const CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/**
 * Builds the CLI from Go modules, at the versions of our go.mod and go.sum (`go install` can't: the CLI's own go.mod replaces modules).
 * Gives the folder that it made. Go's caches lie in the temporary folder: they are large, and of no use afterwards.
 */
export const buildFromGo = async ({ progress, signal, env, version, folder }: Installation): Promise<string> => {
  const source = join(projectRoot(), "ops", "engine", "cli");
  const module = join(folder, "cli");
  const modules = join(folder, "modules");
  const goEnv = {
    ...env,
    GOMODCACHE: modules,
    GOCACHE: join(folder, "cache"),
    GOTMPDIR: join(folder, "tmp"),
    // -modcacherw: Go makes its module cache read-only, which could not be removed. The user's own flags and workspace are not for this module.
    GOFLAGS: "-modcacherw",
    GOWORK: "off",
    CGO_ENABLED: "0",
    ...countersIn(folder, env),
  };
  mkdirSync(module, { recursive: true });
  mkdirSync(goEnv.GOTMPDIR, { recursive: true });
  for (const file of ["go.mod", "go.sum"]) copyFileSync(join(source, file), join(module, file));
  await requireGo(module, goEnv, signal);

  progress(`Building the Pulumi CLI ${version} from Go modules instead: about 6 minutes on 2 cores, once ...`);
  let compiled = 0;
  const stop = watch(15_000, async (elapsed) => {
    const downloaded = compiled ? "" : `${await megabytesIn(join(modules, "cache", "download"))} MB downloaded, `;
    progress(`  ${downloaded || `${compiled} packages compiled, `}${elapsed}`);
  });
  const root = join(folder, version);
  const link = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  const options = ["-v", "-trimpath", "-tags", "osusergo,grpcnotrace", "-ldflags", link];
  try {
    await run("go", ["build", ...options, "-o", join(root, "bin", "pulumi"), CLI], {
      cwd: module,
      env: goEnv,
      signal,
      // With -v, Go names each package that it compiles, and each module that it downloads.
      onLine: (line) => {
        if (!line.startsWith("go: ")) compiled++;
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`Its build from Go modules failed: ${(error as Error).message}`);
  } finally {
    stop();
  }
  return root;
};

// Go counts its own use in the user's configuration folder, and no variable tells it not to: that folder is ours, then. What
// the user set with `go env -w` stands in the same one, and still counts. (macOS has them elsewhere, whatever one sets.)
const countersIn = (folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  if (process.platform === "darwin") return {};
  const configuration = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config");
  return { XDG_CONFIG_HOME: join(folder, "config"), GOENV: env.GOENV || join(configuration, "go", "env") };
};

// In a folder whose go.mod asks for a newer Go, an older one either gets that one by itself (1.21 and later) or says so here.
const requireGo = async (module: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> => {
  const needed = /^go (\S+)$/m.exec(readFileSync(join(module, "go.mod"), "utf8"))?.[1];
  try {
    await run("go", ["version"], { cwd: module, env, signal });
  } catch (error) {
    signal?.throwIfAborted();
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new Error(
      `To build it from Go modules takes Go ${needed} or later (or Go 1.21 or later that may fetch its own newer version): ${missing ? "there is no `go` in PATH" : (error as Error).message}.`,
    );
  }
};
