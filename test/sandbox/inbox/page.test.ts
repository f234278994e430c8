import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Trail } from "../../../sandbox/trail";
import { findingIn } from "../../handlers/fixtures";
import { type RunningInbox, runInbox } from "../doubles/running";
import { slackPost, subscribe, tell, tellClosing, tellRise } from "./arrivals";
import { startBrowser } from "./browser";
import { contrasts, giveSight, overflow, showsFocus } from "./sight";

const knock = findingIn("guardduty-ssh-brute-force");
const control = findingIn("control-fsbp");

let browser: Browser;
let running: RunningInbox;
let page: Page;
/** What the browser complained about: errors, refused loads, exceptions. */
let complaints: string[];
let hops: Trail["hopsOf"];

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  hops = () => [];
  const trail = {
    note: () => {},
    refresh: async () => false,
    hopsOf: (message: Parameters<typeof hops>[0]) => hops(message),
  };
  running = await runInbox({ mail: { follow: async () => {} }, trail });
  await subscribe(running);
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(10_000);
  complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  await giveSight(page);
});
afterEach(async () => {
  await page.close();
  await running.close();
  expect(complaints).toEqual([]);
});

const open = async () => {
  await page.goto(running.url);
  await page.getByText("live", { exact: true }).waitFor();
};
const column = (name: string) => page.getByRole("region", { name });
const cards = (name: string) => column(name).getByRole("article");
/** The first heading of each card of a column, as a person sees it, from top to bottom. */
const headings = async (name: string) => {
  const all = await cards(name).all();
  const placed = await Promise.all(
    all.map(async (card) => ({
      top: (await card.boundingBox())?.y ?? 0,
      text: await card.getByRole("heading").first().innerText(),
    })),
  );
  return placed.sort((a, b) => a.top - b.top).map(({ text }) => text);
};
const focused = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label') ?? ''");

describe("the inbox in a browser", () => {
  it("shows Slack, Backlog and mail side by side, newest first", async () => {
    await tell(running, knock);
    running.clock.ms += 1_000;
    await tell(running, control);

    await open();

    const boxes = await Promise.all(["Slack", "Backlog", "Mail"].map((name) => column(name).boundingBox()));
    expect(boxes.map((box) => Math.round(box?.x ?? -1))).toEqual([0, 427, 853]);
    expect(new Set(boxes.map((box) => box?.y)).size).toBe(1);
    for (const name of ["Slack", "Backlog", "Mail"]) {
      const [first, second] = await headings(name);
      expect(first).toContain(control.title.slice(0, 20));
      expect(second).toContain(knock.title.slice(0, 20));
    }
  });

  it("shows what arrives while it is open, without loading anew, and counts it in the title until it was in sight", async () => {
    await open();
    await page.evaluate("window.sameAsBefore = true");

    await tell(running, knock);
    await cards("Mail").first().waitFor();
    await expect.poll(() => page.title(), { interval: 50 }).toMatch(/^\(3\) /);
    const news = await page.locator("#news").innerText();
    await expect.poll(() => page.title(), { timeout: 5_000 }).toBe("Inbox · hakken sandbox");

    expect(news).toMatch(/^New: (Slack|Backlog|Mail)/);
    expect(await page.evaluate("window.sameAsBefore")).toBe(true);
  });

  it("shows replies in their message's thread, and comments and changes at their issue", async () => {
    const told = await tell(running, knock);
    await open();

    await tellRise(running, told);
    const thread = cards("Slack").getByRole("group", { name: "Thread" });
    const comments = cards("Backlog").getByRole("group", { name: "Changes and comments" });
    await thread.waitFor();
    await comments.waitFor();
    await cards("Mail").nth(1).waitFor();

    expect(await cards("Slack").count()).toBe(1);
    expect(await thread.innerText()).toContain("1 reply");
    expect(await thread.innerText()).toContain(knock.title.slice(0, 20));
    expect(await comments.innerText()).toMatch(/priority: 高 → 中/);
    expect(await cards("Backlog").locator("dl.fields").innerText()).toMatch(/Priority\s+中/);
  });

  it("shows what is over: a message as it reads now with what it said before, and a closed issue as such", async () => {
    const told = await tell(running, knock);
    await tellClosing(running, told);
    await open();

    const message = cards("Slack").locator(".slack").first();
    const before = cards("Slack").locator("details.earlier");
    const issue = cards("Backlog");

    expect(await message.innerText()).toMatch(/^✅ Closed: the check passes ・ MEDIUM/);
    expect(await message.innerText()).not.toContain("Found by");
    expect(await cards("Slack").getByRole("group", { name: "Thread" }).innerText()).toContain("Open for");
    expect(await before.locator(".prose").isVisible()).toBe(false);
    await before.locator("summary").click();
    expect(await before.innerText()).toContain("Found by");
    expect(await issue.locator("h3").getAttribute("class")).toBe("closed");
    expect(await issue.locator("dl.fields").innerText()).toMatch(/Status\s+完了\s+Resolution\s+対応済み/);
    expect((await contrasts(page)).filter(({ ratio }) => ratio < 4.5)).toEqual([]);
  });

  it("links to where hakken's messages lead, and shows Slack's buttons as such", async () => {
    await tell(running, knock);
    const button = {
      type: "button",
      text: { type: "plain_text", text: "Open it" },
      url: "https://example.com/a?b=1&c=2",
    };
    await slackPost(running, { text: "x", blocks: [{ type: "actions", elements: [button] }] });

    await open();

    const link = cards("Slack").nth(1).getByRole("link", { name: "Security Hub" }).first();
    expect(await link.getAttribute("href")).toMatch(
      /^https:\/\/ap-northeast-1\.console\.aws\.amazon\.com\/securityhub\//,
    );
    expect(await link.getAttribute("target")).toBe("_blank");
    const shown = cards("Slack").first().getByRole("link", { name: "Open it" });
    expect(await shown.getAttribute("href")).toBe("https://example.com/a?b=1&c=2");
    expect(await shown.getAttribute("class")).toBe("button");
  });

  it("shows what a finding's title brings along as text, and runs none of it", async () => {
    const title = `<img src=x onerror="alert(1)"><script>alert(2)</script> *b* & <b>`;
    await tell(running, { ...control, control: undefined, title });

    await open();

    for (const name of ["Slack", "Backlog", "Mail"]) {
      expect(await cards(name).first().innerText()).toContain("<script>alert(2)</script>");
      expect(await cards(name).locator("img, script, iframe").count()).toBe(0);
    }
  });

  it.each(["light", "dark"] as const)("can be read in the %s scheme: contrast of 4.5 at least", async (colorScheme) => {
    await tellRise(running, await tell(running, knock));
    const pieces = "*<https://example.com|link>* `code` <!here> ~old~\n&gt; quote";
    const elements = ["primary", "danger"].map((style) => ({
      ...{ type: "button", style, text: { type: "plain_text", text: style } },
    }));
    await slackPost(running, {
      text: "x",
      blocks: [
        { type: "section", text: { type: "mrkdwn", text: pieces } },
        { type: "actions", elements },
        { type: "context", elements: [{ type: "mrkdwn", text: "context" }] },
      ],
    });
    running.faults.add({ channel: "mail", fault: "500", times: 2 });
    await page.emulateMedia({ colorScheme });

    await open();
    await cards("Slack").first().press("Enter");
    await page.keyboard.press("?");
    const shown = await contrasts(page);

    expect(shown.length).toBeGreaterThan(80);
    expect(shown.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
    const ground = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(ground).toBe(colorScheme === "light" ? "rgb(244, 244, 241)" : "rgb(19, 20, 23)");
  });

  it("is walked by keyboard: messages, columns, details, filter, keys; and shows where the focus is", async () => {
    await tell(running, knock);
    running.clock.ms += 1_000;
    await tell(running, control);
    await slackPost(running, { text: "of no alert" });
    await open();

    const walked = [];
    for (const key of ["j", "ArrowDown", "ArrowRight", "l", "j", "h", "ArrowLeft", "g", "G"]) {
      await page.keyboard.press(key);
      expect(await showsFocus(page)).toBe(true);
      const label = await focused();
      const title = [knock.title, control.title].find((known) => label.includes(known.slice(0, 20)));
      walked.push(
        `${label.split(/[ ,]/)[0]} ${title === undefined ? "other" : title === knock.title ? "older" : "newer"}`,
      );
    }
    // Across the columns it stays with the alert, although Slack has one message more.
    expect(walked).toEqual([
      ...["Slack other", "Slack newer", "Backlog newer", "Mail newer", "Mail older"],
      ...["Backlog older", "Slack older", "Slack other", "Slack older"],
    ]);

    await page.keyboard.press("Enter");
    const details = cards("Slack").nth(2).getByRole("group").last();
    expect(await details.innerText()).toContain("C0SECURITY");

    await page.keyboard.press("/");
    await page.keyboard.type(knock.title.slice(0, 12).toLowerCase());
    expect(await cards("Mail").count()).toBe(1);
    expect(await column("Mail").getByRole("heading", { level: 2 }).innerText()).toBe("Mail 1 of 2");
    await page.keyboard.press("Escape");
    expect(await cards("Mail").count()).toBe(2);

    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").count()).toBe(0);
  });

  it("keeps focus and open details where they are while more arrives", async () => {
    const told = await tell(running, knock);
    await open();
    await cards("Slack").first().press("Enter");
    await page.keyboard.press("Tab");

    await tellRise(running, told);
    await tell(running, control);
    await cards("Slack").getByRole("group", { name: "Thread" }).waitFor();
    await cards("Mail").nth(2).waitFor();

    expect(await focused()).toContain(knock.title.slice(0, 20));
    expect(await cards("Slack").nth(1).locator("details").getAttribute("open")).toBe("");
  });

  it("shows a message's way in a line, and step by step in its details", async () => {
    const { notice } = await tell(running, knock);
    const alertKey = notice.alertKey;
    hops = ({ channel, at }) => [
      { name: "rule", ms: 100, at, through: "alerts-opening-c24eccc" },
      { name: channel, ms: 8_140, at },
    ];

    await open();
    await cards("Backlog").first().press("Enter");

    const way = cards("Backlog").getByRole("list", { name: "Its way" });
    expect((await way.getByRole("listitem").allInnerTexts()).join(", ")).toBe("rule 0.1 s, backlog 8.1 s");
    const rows = await cards("Backlog").getByRole("table", { name: "Way" }).getByRole("row").allInnerTexts();
    expect(rows.map((row) => row.split("\t"))).toEqual([
      ["Step", "Time", "After", "Through"],
      ["rule", expect.stringMatching(/^\d\d:\d\d:\d\d\.\d$/), "0.1 s", "alerts-opening-c24eccc"],
      ["backlog", expect.anything(), "8.1 s", ""],
    ]);
    expect(await cards("Backlog").first().locator("details").innerText()).toContain(alertKey);
  });

  it.each([800, 390])(
    "fits a window of %i pixels: nothing sticks out, columns side by side or one below the other",
    async (width) => {
      await page.setViewportSize({ width, height: 800 });
      await tellRise(running, await tell(running, knock));

      await open();
      await cards("Slack").first().press("Enter");

      expect(await overflow(page)).toBeLessThanOrEqual(0);
      const [slack, backlog] = await Promise.all(["Slack", "Backlog"].map((name) => column(name).boundingBox()));
      if (width === 800) expect(backlog).toMatchObject({ y: slack?.y, x: (slack?.x ?? 0) + (slack?.width ?? 0) });
      else expect(backlog).toMatchObject({ x: slack?.x, y: (slack?.y ?? 0) + (slack?.height ?? 0) });
    },
  );

  it("has a name for all that a screen reader stops at", async () => {
    await tellRise(running, await tell(running, knock));

    await open();
    await cards("Mail").first().press("Enter");
    const spoken = await page.locator("body").ariaSnapshot();

    expect(spoken).toMatch(/- main:/);
    for (const name of ["Slack 1", "Backlog 1", "Mail 2"]) expect(spoken).toContain(`- feed "${name}":`);
    expect(spoken).toMatch(/- searchbox "Filter messages"/);
    expect(spoken).toMatch(/- status: live/);
    const stops = spoken
      .split("\n")
      .filter((line) => /- (article|button|feed|link|region|searchbox|table)\b/.test(line));
    expect(stops.length).toBeGreaterThan(20);
    expect(stops.filter((line) => !/- \w+ "[^"]+"/.test(line))).toEqual([]);
  });
});
