import { keepColumns } from "./columns.js";
import { setUpFilter } from "./filter.js";
import { setUpKeyboard } from "./keyboard.js";
import { setUpSeen } from "./seen.js";

const state = /** @type {HTMLElement} */ (document.getElementById("state"));
const news = /** @type {HTMLElement} */ (document.getElementById("news"));

const filter = setUpFilter();
const seen = setUpSeen();
const keyboard = setUpKeyboard(filter);

const load = keepColumns((arrived) => {
  filter.apply();
  seen.look();
  keyboard.keepStop();
  for (const article of arrived) article.classList.add("arrived");
  const [newest] = arrived;
  if (newest)
    news.textContent = `New: ${newest.ariaLabel}${arrived.length > 1 ? `, and ${arrived.length - 1} more` : ""}`;
});

const show = (/** @type {"live" | "not connected"} */ text) => {
  state.textContent = text;
  state.className = text === "live" ? "live" : "lost";
};

const stream = new EventSource("/inbox/stream");
stream.addEventListener("open", () => {
  show("live");
  load();
});
stream.addEventListener("error", () => show("not connected"));
stream.addEventListener("changed", load);
