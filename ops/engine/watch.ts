import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Calls `look` every `interval` milliseconds, never twice at a time, with the time elapsed as "2 m 5 s", until the returned function is called. */
export const watch = (interval: number, look: (elapsed: string) => Promise<void>): (() => void) => {
  const begun = Date.now();
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    try {
      await look(elapsedSince(begun));
    } finally {
      busy = false;
    }
  }, interval);
  return () => clearInterval(timer);
};

const elapsedSince = (begun: number): string => {
  const seconds = Math.round((Date.now() - begun) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
};

/** Size of all files below a folder, in whole MB. What vanishes meanwhile counts nothing. */
export const megabytesIn = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        stat(join(entry.parentPath, entry.name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  );
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1e6);
};
