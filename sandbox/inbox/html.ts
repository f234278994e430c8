/** HTML that is safe to put into a page: its only source is the `html` tag, which escapes all that it is given. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | false | undefined | readonly Part[];

/** Text is escaped, Html stands as it is, lists are joined, undefined and false are nothing. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return { html: texts.map((text, index) => text + rendered(parts[index])).join("") };
}

function rendered(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "string" || typeof part === "number") return escaped(String(part));
  if ("html" in part) return part.html;
  return part.map(rendered).join("");
}

const SIGNS: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);

/** A link that opens elsewhere; an address that is not http(s) is shown, not linked. */
export function link(url: string, text: Part, className?: string): Html {
  if (!/^https?:\/\//i.test(url)) return html`${text} <small>(${url})</small>`;
  const style = className !== undefined && html` class="${className}"`;
  return html`<a href="${url}"${style} target="_blank" rel="noopener noreferrer">${text}</a>`;
}
