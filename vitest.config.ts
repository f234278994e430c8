import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Two cores: more files at a time only slow each other's servers down.
    maxWorkers: 2,
    // Tests that say they may run at once: those of the sandbox, which mostly wait.
    maxConcurrency: 50,
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
