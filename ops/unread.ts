/**
 * Lets this process go on when nobody reads any more what it says, on standard output or standard error: `| head`, a pager that was
 * closed, a terminal that is gone. Work that was begun must not end in the middle, and who asked still gets the exit code. Without
 * this an error of the stream is an uncaught exception, which Pulumi's SDK logs to the same stream, for ever.
 */
export const goOnUnread = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.listeners("error").includes(goOn)) stream.on("error", goOn);
  }
};

const goOn = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
};
