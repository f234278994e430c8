import type { DigestPart, DigestService } from "../../../handlers/alert/digest";
import { refused } from "../../../handlers/alert/errors";
import type { ChannelService } from "../../../handlers/alert/ports";
import type { Told } from "../../../handlers/alert/record";
import type { Channel, Notice } from "../../../handlers/alert/types";
import { copy, type Io } from "./memoryTable";
import type { WorldOptions } from "./worldOptions";

/** A message as a person sees it. */
export interface Message {
  channel: Channel;
  notice: Notice;
  /** The message that it goes on with. */
  parent?: string;
}

/**
 * Slack, Backlog and mail in memory, and what they were sent. The options say which of them refuses everything, which may change;
 * `filed` hears of what is written in Backlog.
 */
export function memoryServices(
  io: Io,
  options: Pick<WorldOptions, "broken">,
  filed: (reference: string, notice: Notice) => void,
) {
  const messages: Message[] = [];
  const digests: { channel: Channel; part: DigestPart; repeated: boolean }[] = [];
  const digestService = (channel: Channel): DigestService => ({
    channel,
    send: (part, _thread, repeated) =>
      io(`digest ${channel}`, () => {
        digests.push({ channel, part: copy(part), repeated });
        return `digest ${part.id}`;
      }),
    ...(channel !== "mail" && {
      find: (part: DigestPart) =>
        io(`find digest ${channel}`, () =>
          digests.some((sent) => sent.channel === channel && sent.part.id === part.id)
            ? `digest ${part.id}`
            : undefined,
        ),
    }),
  });

  const service = (channel: Channel): ChannelService => ({
    channel,
    send: (notice, parent) =>
      io(`send ${channel}`, () => {
        if (options.broken === channel) throw refused("channel_not_found");
        // A mail can't be changed: a closing is for the digest.
        if (channel === "mail" && notice.kind === "closed") return parent?.reference ?? "";
        messages.push({ channel, notice: copy(notice), parent: parent?.reference });
        const reference = parent?.reference ?? String(messages.length);
        if (channel === "backlog") filed(reference, notice);
        return reference;
      }),
    ...(channel !== "mail" && {
      find: (notice: Notice, parent: Told | undefined) =>
        io(`find ${channel}`, () => {
          const same = ({ notice: n }: Message) => n.alertKey === notice.alertKey && n.version === notice.version;
          const at = messages.findIndex((message) => message.channel === channel && same(message));
          return at < 0 ? undefined : (parent?.reference ?? String(at + 1));
        }),
    }),
  });

  return { messages, digests, digestService, service };
}
