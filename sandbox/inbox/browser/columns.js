/**
 * Keeps the columns as the server has them. A message that did not change keeps its element, and one that did keeps what
 * a person made of it: the focus, and whether its details are open.
 * @param {(arrived: HTMLElement[]) => void} shown Called after each load with the messages that were not there before.
 * @returns {() => Promise<void>} Loads them anew.
 */
export const keepColumns = (shown) => {
  let loading = false;
  let again = false;
  let first = true;

  return async function load() {
    if (loading) {
      again = true;
      return;
    }
    loading = true;
    try {
      const answer = await fetch(`/inbox/columns${location.search}`, { cache: "no-store" });
      if (answer.ok) {
        const arrived = take(await answer.text());
        shown(first ? [] : arrived);
        first = false;
      }
    } catch (error) {
      // The stream says when the connection is back, and loads again then.
      console.warn(error);
    }
    loading = false;
    if (again) {
      again = false;
      load();
    }
  };
};

/** @param {string} html */
const take = (html) => {
  const next = document.createElement("template");
  next.innerHTML = html;
  const arrived = [];
  for (const section of next.content.querySelectorAll("section")) {
    const here = document.getElementById(section.id);
    if (!here) continue;
    for (const part of ["h2", ".empty"]) replace(here.querySelector(part), section.querySelector(part));
    const [feed, newFeed] = [here.querySelector("[role=feed]"), section.querySelector("[role=feed]")];
    if (feed && newFeed) arrived.push(...takeFeed(feed, newFeed));
    here.querySelector(".older")?.remove();
    const older = section.querySelector(".older");
    if (older) here.append(older);
  }
  replace(document.getElementById("faults"), next.content.querySelector("#faults"));
  return arrived;
};

/**
 * @param {Element} feed
 * @param {Element} next
 */
const takeFeed = (feed, next) => {
  /** @type {HTMLElement[]} */
  const arrived = [];
  const wanted = /** @type {HTMLElement[]} */ ([...next.children]);
  const ids = new Set(wanted.map(({ id }) => id));
  for (const old of [...feed.children]) if (!ids.has(old.id)) old.remove();

  wanted.forEach((article, index) => {
    const here = /** @type {HTMLElement | null} */ (document.getElementById(article.id));
    if (here) {
      takeArticle(here, article);
      return;
    }
    feed.insertBefore(article, feed.children[index] ?? null);
    arrived.push(article);
  });
  return arrived;
};

/**
 * @param {HTMLElement} here
 * @param {HTMLElement} next
 */
const takeArticle = (here, next) => {
  const isSame = here.dataset.version === next.dataset.version;
  for (const name of ["aria-label", "aria-posinset", "aria-setsize", "data-version"]) {
    here.setAttribute(name, next.getAttribute(name) ?? "");
  }
  if (isSame) return;
  const isOpen = here.querySelector("details")?.open ?? false;
  const hadFocus = here.contains(document.activeElement);
  here.replaceChildren(...next.childNodes);
  const details = here.querySelector("details");
  if (details) details.open = isOpen;
  if (hadFocus) here.focus({ preventScroll: true });
  here.dispatchEvent(new Event("said-more", { bubbles: true }));
};

/**
 * @param {Element | null} here
 * @param {Element | null} next
 */
const replace = (here, next) => {
  if (here && next && here.outerHTML !== next.outerHTML) here.replaceWith(next);
};
