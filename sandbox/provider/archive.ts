import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { zipSync } from "fflate";

// The marks by which the engine tells assets and archives from other objects.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

interface Wire {
  hash?: string;
  text?: string;
  path?: string;
  uri?: string;
  assets?: Record<string, unknown>;
}

function wire(value: unknown, kind: string): Wire | undefined {
  const isOne = typeof value === "object" && value !== null && SIGNATURE in value && value[SIGNATURE] === kind;
  return isOne ? (value as Wire) : undefined;
}

/** An asset or archive reduced to its hash, which is all that counts as a change; anything else as it is. */
export function contentOf(value: unknown): unknown {
  const one = wire(value, ARCHIVE) ?? wire(value, ASSET);
  return one ? { hash: one.hash } : value;
}

/**
 * A zip of an archive as it comes from the engine, its files in the order of their names and dated 1990, so that the same
 * content gives the same bytes. Relative paths are resolved in the first of `folders` that has them: the engine gives them
 * relative to the program's folder, which an attached provider is not told.
 */
export function zip(archive: unknown, folders: readonly string[]): Uint8Array {
  const files = [...filesOf(archive, "", folders)].sort(([left], [right]) => (left < right ? -1 : 1));
  return zipSync(Object.fromEntries(files), { mtime: new Date(1990, 0, 1) });
}

function* filesOf(value: unknown, name: string, folders: readonly string[]): Generator<[string, Uint8Array]> {
  const asset = wire(value, ASSET);
  const archive = wire(value, ARCHIVE);
  if (asset?.path) yield [name, readFileSync(located(asset.path, folders))];
  else if (asset && !asset.uri) yield [name, Buffer.from(asset.text ?? "")];
  else if (archive?.assets) {
    for (const [inner, content] of Object.entries(archive.assets))
      yield* filesOf(content, path.posix.join(name, inner), folders);
  } else if (archive?.path) yield* filesBelow(located(archive.path, folders), name);
  else throw new Error(`archive "${name}": a ${asset ? "remote asset" : "remote archive"} is not supported`);
}

function* filesBelow(folder: string, name: string): Generator<[string, Uint8Array]> {
  if (!statSync(folder).isDirectory()) throw new Error(`archive "${name}": ${folder} is not a folder`);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath, entry.name);
    yield [path.posix.join(name, path.relative(folder, file).split(path.sep).join("/")), readFileSync(file)];
  }
}

function located(file: string, folders: readonly string[]): string {
  if (path.isAbsolute(file)) return file;
  const candidates = folders.map((folder) => path.join(folder, file));
  const there = candidates.find((candidate) => existsSync(candidate));
  if (!there) throw new Error(`archive: "${file}" is in none of the program's folders: ${folders.join(", ")}`);
  return there;
}
