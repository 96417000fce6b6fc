/** Characters of an address of mail, as RFC 5321 bounds them. */
const maxAddress = 254;
const atom = "[A-Za-z0-9!#$'*+=^_{|}~-]+";
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const form = new RegExp(`^${atom}(?:\\.${atom})*@(?:${label}\\.)+[A-Za-z]{2,63}$`);

/** Whether text is one plain address, `on-call@example.com`: without a name, quotes, or anything of a URL. */
export function isMailAddress(text: string): boolean {
  return text.length <= maxAddress && form.test(text);
}
