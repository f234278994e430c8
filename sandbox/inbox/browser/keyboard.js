const columns = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("main section")]);

/** @param {Element} section */
const articlesOf = (section) => /** @type {HTMLElement[]} */ ([...section.querySelectorAll("article:not([hidden])")]);

/**
 * Moves between messages and columns, opens details, and shows the keys. One message at a time is a stop of the Tab key,
 * the one that had the focus last; its links and buttons follow.
 * @param {{ focus: () => void, leave: () => boolean }} filter
 */
export const setUpKeyboard = (filter) => {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("keys"));
  document.getElementById("help")?.addEventListener("click", () => dialog.showModal());

  const current = () =>
    /** @type {HTMLElement | null} */ (document.querySelector("article[tabindex='0']:not([hidden])"));

  const keepStop = () => {
    if (current()) return;
    const [first] = columns().flatMap(articlesOf);
    if (first) first.tabIndex = 0;
  };

  const go = (/** @type {HTMLElement | undefined} */ article) => {
    article?.focus();
    article?.scrollIntoView({ block: "nearest" });
  };
  // Whatever gave it the focus: a key, the mouse, or a screen reader.
  document.addEventListener("focusin", ({ target }) => {
    const article = target instanceof Element ? target.closest("article") : null;
    if (!article) return;
    for (const other of document.querySelectorAll("article[tabindex='0']")) other.setAttribute("tabindex", "-1");
    article.tabIndex = 0;
    relate(article.dataset.alert);
  });

  const isAt = () => document.activeElement?.closest("article");
  const along = (/** @type {number} */ step) => {
    const at = isAt() ?? undefined;
    const article = at ?? current();
    if (!article) return;
    if (!at) return go(article);
    const list = articlesOf(/** @type {Element} */ (article.closest("section")));
    go(list[Math.min(Math.max(list.indexOf(article) + step, 0), list.length - 1)]);
  };
  const across = (/** @type {number} */ step) => {
    const article = isAt() ?? current();
    if (!article) return;
    const all = columns();
    const from = all.findIndex((section) => section.contains(article));
    const place = articlesOf(/** @type {Element} */ (all[from])).indexOf(article);
    // A column without messages is passed over.
    for (let to = from + step; all[to]; to += step) {
      const list = articlesOf(/** @type {Element} */ (all[to]));
      const same = list.find(({ dataset }) => dataset.alert && dataset.alert === article.dataset.alert);
      if (list.length > 0) return go(same ?? list[Math.min(place, list.length - 1)]);
    }
  };
  const toEnd = (/** @type {0 | -1} */ end) => {
    const section = (isAt() ?? current())?.closest("section");
    if (section) go(articlesOf(section).at(end));
  };
  const toggleDetails = () => {
    const article = document.activeElement;
    const details = article?.matches("article") ? article.querySelector("details") : null;
    if (!details) return false;
    details.open = !details.open;
    article?.scrollIntoView({ block: "nearest" });
    return true;
  };

  /** @type {Record<string, () => unknown>} */
  const actions = {
    j: () => along(1),
    ArrowDown: () => along(1),
    k: () => along(-1),
    ArrowUp: () => along(-1),
    l: () => across(1),
    ArrowRight: () => across(1),
    h: () => across(-1),
    ArrowLeft: () => across(-1),
    g: () => toEnd(0),
    Home: () => toEnd(0),
    G: () => toEnd(-1),
    End: () => toEnd(-1),
    "/": filter.focus,
    "?": () => dialog.showModal(),
    Enter: toggleDetails,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (event.key === "Escape" && filter.leave()) go(current() ?? undefined);
    if (event.target instanceof HTMLInputElement) {
      // Out of the filter into what it left.
      if (event.key === "Enter" || event.key === "ArrowDown") go(columns().flatMap(articlesOf)[0]);
      return;
    }
    const action = actions[event.key];
    if (action && action() !== false) event.preventDefault();
  });

  keepStop();
  return { keepStop };
};

/**
 * Marks the messages about one alert in every column.
 * @param {string | undefined} alert
 */
const relate = (alert) => {
  for (const article of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("article"))) {
    article.classList.toggle("related", alert !== undefined && alert !== "" && article.dataset.alert === alert);
  }
};
