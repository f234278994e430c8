import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The sandbox's tests take as long as all others together, and must not be left for the end. */
class SandboxFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSandbox = ({ moduleId }: TestSpecification) => moduleId.includes("/test/e2e/");
    const sorted = await super.sort(files);
    return [...sorted.filter(isSandbox), ...sorted.filter((file) => !isSandbox(file))];
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Two cores: more files at a time only slow each other's servers down.
    maxWorkers: 2,
    // Tests that say they may run at once: those of the sandbox, which mostly wait.
    maxConcurrency: 50,
    sequence: { sequencer: SandboxFirst },
    // A bound on what hangs, not on what is slow beside a whole sandbox.
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
});
