/** Looks at the page from within, for the tests of it. */
globalThis.sight = {
  /** Every visible text, by WCAG 2's contrast ratio with what is behind it; half transparent grounds are laid over each other. */
  contrasts: () => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    if (!canvas) throw new Error("no canvas");
    /** Lays colours over white, the first at the bottom, and gives red, green and blue. */
    const laid = (/** @type {string[]} */ colours) => {
      canvas.clearRect(0, 0, 1, 1);
      for (const colour of ["#fff", ...colours]) {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
      }
      return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    };
    const luminance = (/** @type {number[]} */ colour) => {
      const [red = 0, green = 0, blue = 0] = colour.map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (/** @type {Element} */ element) => {
      /** @type {Element[]} */
      const parents = [];
      for (let at = /** @type {Element | null} */ (element); at; at = at.parentElement) parents.unshift(at);
      return parents.map((parent) => getComputedStyle(parent).backgroundColor);
    };

    /** @type {{ text: string, ratio: number }[]} */
    const shown = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent?.trim() ?? "";
      const element = walker.currentNode.parentElement;
      if (!text || !element?.checkVisibility()) continue;
      const ground = behind(element);
      const [one, other] = [laid(ground), laid([...ground, getComputedStyle(element).color])].map(luminance);
      const [low = 0, high = 0] = [one ?? 0, other ?? 0].sort((a, b) => a - b);
      shown.push({ text: text.slice(0, 60), ratio: (high + 0.05) / (low + 0.05) });
    }
    return shown;
  },

  /** Whether the element with the focus shows that it has it. */
  showsFocus: () => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement ?? document.body);
    return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
  },

  /** How far the page, or anything in it, is wider than the window, in pixels. */
  overflow: () => {
    const shown = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility());
    const rights = shown.map((element) => element.getBoundingClientRect().right);
    return Math.max(document.documentElement.scrollWidth, ...rights) - window.innerWidth;
  },
};
