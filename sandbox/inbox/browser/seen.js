/** How long a message must be in sight to count as seen, milliseconds. */
const A_LOOK = 1_200;
const KEY = "hakken-inbox-seen";
const TITLE = document.title;

/**
 * Marks messages that nobody has had in sight yet, and counts them in the title. A reply, a change or a comment makes its
 * message unseen again.
 */
export const setUpSeen = () => {
  /** @type {Set<string>} */
  const seen = new Set(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));
  /** @type {Map<Element, number>} */
  const looking = new Map();
  const articles = () => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("article"));

  const mark = (/** @type {HTMLElement} */ article) => {
    seen.add(article.id);
    sessionStorage.setItem(KEY, JSON.stringify([...seen]));
    look();
  };
  const inSight = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        window.clearTimeout(looking.get(target));
        looking.delete(target);
        if (isIntersecting && !seen.has(target.id))
          looking.set(
            target,
            window.setTimeout(() => glance(target), A_LOOK),
          );
      }
    },
    { threshold: 0.1 },
  );
  const glance = (/** @type {Element} */ target) => {
    // A page in another tab is in nobody's sight.
    if (document.visibilityState === "visible") mark(/** @type {HTMLElement} */ (target));
    else
      looking.set(
        target,
        window.setTimeout(() => glance(target), A_LOOK),
      );
  };

  function look() {
    let unseen = 0;
    for (const article of articles()) {
      const isNew = !seen.has(article.id);
      article.classList.toggle("unseen", isNew);
      if (isNew) unseen += 1;
      inSight.observe(article);
    }
    document.title = unseen > 0 ? `(${unseen}) ${TITLE}` : TITLE;
  }

  document.addEventListener("focusin", ({ target }) => {
    const article = target instanceof Element ? target.closest("article") : null;
    if (article && !seen.has(article.id)) mark(article);
  });
  document.addEventListener("said-more", ({ target }) => {
    const article = /** @type {HTMLElement} */ (target);
    seen.delete(article.id);
    inSight.unobserve(article);
  });
  look();
  return { look };
};
