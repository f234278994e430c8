/** Fails under a Node that is too old for what the functions use, with the way to start that has the right one. */
export const requireNode = (script: string): void => {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= 22) return;
  throw new Error(
    `This is Node ${process.versions.node}. Start it by \`npm run ${script}\`, which takes the project's own.`,
  );
};
