import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../ops/root";
import { installMinistack } from "./ministack";

/** Lets a sandbox in another folder use the local AWS of the project's own one, where it is installed once. */
export const shareInstallation = async (folder: string, progress: (line: string) => void): Promise<void> => {
  const project = join(projectRoot(), ".sandbox");
  await installMinistack({ folder: project, progress });
  mkdirSync(folder, { recursive: true });
  const shared = join(folder, "venv");
  if (!existsSync(shared)) symlinkSync(join(project, "venv"), shared, "dir");
};
