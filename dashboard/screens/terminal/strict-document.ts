/**
 * This page's document for xterm.js, which writes its colours and sizes into `<style>` and into `style="..."`: both
 * are forbidden by the page's policy. What it makes here has the same rules in sheets that the document adopts, and in
 * properties, which the policy allows. `drop` takes the sheets away.
 */
export function strictDocument(): { readonly document: Document; readonly drop: () => void } {
  const sheets: CSSStyleSheet[] = [];
  const make = document.createElement.bind(document);
  const createElement = (tag: string): HTMLElement =>
    tag === 'style' ? sheetElement(sheets, make('span')) : styledByProperties(make(tag));
  const strict = new Proxy(document, {
    get: (target, name) => {
      if (name === 'createElement') return createElement;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const drop = (): void => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => !sheets.includes(each));
  };
  return { document: strict, drop };
}

/**
 * Calls `open` while styles that it makes of the page's own document are as those of a strict one: xterm.js 6.0 makes
 * those of its scrollbar there, whatever document it is given.
 */
export function withStrictStyles(strict: Document, open: () => void): void {
  const { createElement } = document;
  document.createElement = ((tag: string) =>
    tag === 'style' ? strict.createElement(tag) : createElement.call(document, tag)) as typeof createElement;
  try {
    open();
  } finally {
    document.createElement = createElement;
  }
}

/** An element whose text is the rules of an adopted sheet; in the page it is empty. */
function sheetElement(sheets: CSSStyleSheet[], element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  sheets.push(sheet);
  document.adoptedStyleSheets.push(sheet);
  element.hidden = true;
  Object.defineProperty(element, 'textContent', { set: (rules: string) => sheet.replaceSync(rules) });
  return element;
}

function styledByProperties(element: HTMLElement): HTMLElement {
  const setAttribute = element.setAttribute.bind(element);
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value;
    else setAttribute(name, value);
  };
  return element;
}
