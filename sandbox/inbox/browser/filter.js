/** Shows only messages with all words of the filter, in any case. */
export const setUpFilter = () => {
  const input = /** @type {HTMLInputElement} */ (document.getElementById("filter"));

  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const section of document.querySelectorAll("main section")) {
      const articles = /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("article"));
      let left = 0;
      for (const article of articles) {
        const text = article.textContent?.toLowerCase() ?? "";
        article.hidden = !words.every((word) => text.includes(word));
        if (!article.hidden) left += 1;
      }
      const count = section.querySelector(".count");
      const all = articles[0]?.getAttribute("aria-setsize") ?? "0";
      if (count) count.textContent = words.length > 0 ? `${left} of ${all}` : all;
    }
  };
  input.addEventListener("input", apply);

  return {
    apply,
    focus: () => {
      input.focus();
      input.select();
    },
    /** Empties it, if the focus is there. */
    leave: () => {
      if (document.activeElement !== input) return false;
      input.value = "";
      apply();
      input.blur();
      return true;
    },
  };
};
