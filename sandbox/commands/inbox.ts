import { clientOf } from "../client";
import { piecesOf } from "../inboxPieces";
import { type Context, requireRun } from "./context";
import { firstLine } from "./screen";

/** Shows what people got so far. */
export const inbox = async ({ places, screen }: Context): Promise<number> => {
  const run = requireRun(places);
  const entries = await clientOf(run).inbox();
  screen.json(entries);
  const pieces = piecesOf(entries);
  for (const piece of pieces)
    screen.say(`${piece.at}  ${piece.channel.padEnd(7)}  ${piece.kind.padEnd(7)}  ${firstLine(piece)}`);
  if (!pieces.length) screen.say("Nothing has arrived yet.");
  screen.say(`All of it, as people see it: ${run.inboxUrl}`);
  return 0;
};
