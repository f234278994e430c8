import { afterEach, describe, expect, it } from "vitest";
import { TOKEN } from "./running";
import { RunningSlack, section } from "./slack";

const slack = new RunningSlack();
afterEach(() => slack.inbox.close());
const { call, send } = slack;

describe("the request itself", () => {
  it.each([
    ["no token", "", "not_authed"],
    ["a wrong token", "xoxb-other", "invalid_auth"],
  ])("refuses %s", async (_what, token, error) => {
    await slack.start();

    const answer = await call("chat.postMessage", { channel: "C0SECURITY", text: "x" }, token);

    expect(answer).toEqual({ ok: false, error });
  });

  it("refuses a token without the scope, and says which it needs", async () => {
    await slack.start({ scopes: ["chat:write"] });

    const answer = await call("conversations.history", { channel: "C0SECURITY" });

    expect(answer).toEqual({
      ok: false,
      error: "missing_scope",
      needed: "channels:history,groups:history",
      provided: "chat:write",
    });
  });

  it("takes a form, whose blocks are JSON text", async () => {
    await slack.start();

    const body = new URLSearchParams({ token: TOKEN, channel: "C0SECURITY", blocks: JSON.stringify([section("x")]) });
    const answer = await send("chat.postMessage", body.toString(), {
      "content-type": "application/x-www-form-urlencoded",
    });

    expect(await answer.json()).toMatchObject({ ok: true });
  });

  it.each([
    ["application/json", `{"token":"a"}`, "not_authed"],
    ["text/csv", "a,b", "invalid_post_type"],
    ["application/json; charset=shift_jis", "{}", "invalid_charset"],
    ["application/json; charset=utf-8", "{", "invalid_json"],
    ["application/json; charset=utf-8", "[]", "json_not_object"],
  ])("answers %s %s with %s", async (type, body, error) => {
    await slack.start();

    const answer = await send("chat.postMessage", body, { "content-type": type });

    expect(await answer.json()).toMatchObject({ ok: false, error });
  });

  it("warns of a missing and of a superfluous charset", async () => {
    await slack.start();
    const authorization = `Bearer ${TOKEN}`;

    const json = await send("auth.test", "{}", { authorization, "content-type": "application/json" });
    const formType = "application/x-www-form-urlencoded; charset=utf-8";
    const form = await send("auth.test", `token=${TOKEN}`, { authorization, "content-type": formType });

    expect(await json.json()).toMatchObject({
      ok: true,
      user_id: "U0HAKKEN",
      warning: "missing_charset",
      response_metadata: { warnings: ["missing_charset"] },
    });
    expect(await form.json()).toMatchObject({ warning: "superfluous_charset" });
  });

  it("knows no other method", async () => {
    await slack.start();

    const answer = await call("chat.scheduleMessage", {});

    expect(answer).toEqual({ ok: false, error: "unknown_method", req_method: "chat.scheduleMessage" });
  });
});
