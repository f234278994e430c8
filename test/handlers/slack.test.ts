import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isBroken, isRefused, isSlowDown } from "../../handlers/alert/errors";
import type { Sending } from "../../handlers/alert/record";
import { slackService } from "../../handlers/slack";
import { aFinding } from "./alert/world";
import { noticeOf } from "./fixtures";

interface Asked {
  path: string;
  type: string | undefined;
  body: string;
}

const notice = noticeOf(aFinding(), { openedAt: "2026-01-01T00:00:00.000Z" });

const attempt: Sending = {
  occurrence: 1,
  version: 1,
  severity: "HIGH",
  execution: "execution-1",
  since: "2026-01-01T00:00:00.000Z",
  at: "2026-01-01T00:30:00.000Z",
  times: 1,
};

describe("Slack as a channel", () => {
  const asked: Asked[] = [];
  let answer: object = {};
  const server = createServer(async (request, response) => {
    asked.push({ path: request.url ?? "", type: request.headers["content-type"], body: await bodyOf(request) });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer));
  });
  beforeAll(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const service = () => {
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const settings = { apiUrl, channel: "C0123456789", language: "en", homeRegion: "ap-northeast-1" } as const;
    return slackService({ ...settings, timeoutSeconds: 60 }, async () => "a-token");
  };

  it("posts as JSON, but asks for messages by a form, since Slack promises JSON for writing alone", async () => {
    asked.length = 0;
    answer = { ok: true, ts: "1.2", messages: [] };

    await service().send(notice, undefined);
    const found = await service().find?.(notice, undefined, attempt);

    expect(found).toBeUndefined();
    expect(asked.map(({ path, type }) => [path, type])).toEqual([
      ["/chat.postMessage", "application/json; charset=utf-8"],
      ["/conversations.history", "application/x-www-form-urlencoded"],
    ]);
    expect(Object.fromEntries(new URLSearchParams(asked[1]?.body))).toMatchObject({
      channel: "C0123456789",
      oldest: String(Date.parse(attempt.since) / 1000 - 60),
      latest: String(Date.parse(attempt.at) / 1000 + 120),
      include_all_metadata: "true",
    });
  });

  it.each([
    ["rate_limited", "slows down"],
    ["message_limit_exceeded", "slows down"],
    ["duplicate_message_not_found", "unknown"],
    ["team_added_to_org", "unknown"],
    ["channel_not_found", "broken"],
    ["token_revoked", "broken"],
    ["msg_too_long", "refused"],
  ])("takes %s as: %s", async (error, meaning) => {
    answer = { ok: false, error };

    const thrown: unknown = await service()
      .send(notice, undefined)
      .catch((reason) => reason);

    const known = isSlowDown(thrown) ? "slows down" : isBroken(thrown) ? "broken" : "unknown";
    expect(isRefused(thrown) ? "refused" : known).toBe(meaning);
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
