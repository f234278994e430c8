import { join } from "node:path";
import type { Page } from "playwright-core";

/** A piece of text, and its contrast with what is behind it. */
export interface Shown {
  text: string;
  ratio: number;
}

/** Before the page is opened: what looks at it from within. The page's own policy would not let it load. */
export const giveSight = (page: Page) => page.addInitScript({ path: join(__dirname, "within.js") });

/** Every visible text. */
export const contrasts = (page: Page): Promise<Shown[]> => page.evaluate("sight.contrasts()");

/** Whether the element with the focus shows that it has it. */
export const showsFocus = (page: Page): Promise<boolean> => page.evaluate("sight.showsFocus()");

/** How far the page is wider than the window, in pixels. */
export const overflow = (page: Page): Promise<number> => page.evaluate("sight.overflow()");
