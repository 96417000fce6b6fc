/**
 * This page's document for xterm.js, which writes its colours and sizes into `<style>` and into `style="..."`: both
 * are forbidden by the page's policy. What it makes here has the same rules in sheets that the document adopts, and in
 * properties, which the policy allows. `drop` takes the sheets away.
 */
export function strictDocument(): { readonly document: Document; readonly drop: () => void } {
  const sheets: CSSStyleSheet[] = [];
  const createElement = (tag: string): HTMLElement =>
    tag === 'style' ? sheetElement(sheets) : styledByProperties(document.createElement(tag));
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

/** An element whose text is the rules of an adopted sheet; in the page it is empty. */
function sheetElement(sheets: CSSStyleSheet[]): HTMLElement {
  const sheet = new CSSStyleSheet();
  sheets.push(sheet);
  document.adoptedStyleSheets.push(sheet);
  const element = document.createElement('span');
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
