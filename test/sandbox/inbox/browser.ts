import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Chromium and Chrome usually are. */
const USUAL = [
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

/** Starts the machine's own Chromium or Chrome (HAKKEN_BROWSER names another), or the one that npm brought where there is none. */
export async function startBrowser(): Promise<Browser> {
  // Without the sandbox by Playwright's default: root, as in containers, can't have it.
  return await chromium.launch({ executablePath: await browserPath() });
}

async function browserPath(): Promise<string> {
  const named = process.env.HAKKEN_BROWSER;
  if (named) {
    if (!existsSync(named)) throw new Error(`HAKKEN_BROWSER names ${named}, which is not there.`);
    return named;
  }
  const found = USUAL.find((path) => existsSync(path));
  if (found) return found;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("Found no Chromium or Chrome: install one, or name its program in HAKKEN_BROWSER.");
  }
  const { default: brought } = await import("@sparticuz/chromium");
  return await brought.executablePath();
}
