/** What private keys begin with: PEM, SSH2 and OpenSSH; PuTTY; the middle of OpenSSH's, without its first line. */
const privateForms = [
  /PRIVATE KEY/,
  /^\s*PuTTY-User-Key-File/m,
  /^\s*Private-(Lines|MAC|Hash):/m,
  /b3BlbnNzaC1rZXktdjE/,
];

/** Whether the text is a private key, or has one in it: it must not leave the page. */
export function hasPrivateKey(text: string): boolean {
  return privateForms.some((form) => form.test(text));
}

/** What to paste in its place. */
export const privateKeyRefusal =
  'That is a private key, which stays on your machine: it was not sent, and is not in the page any more. Paste its ' +
  'public half, the one line in the file of the same name that ends in .pub, e.g. ~/.ssh/id_ed25519.pub.';

/** What is in the field. */
export interface Pasted {
  readonly text: string;
  /** A private key was, and is out of the page. */
  readonly isPrivate: boolean;
}

/**
 * The field once somebody has pasted or typed. A new object each time, so that it is emptied also when the same is
 * pasted again; what is said of a private key stays beside the empty field until something else is typed.
 */
export function pastedNow(before: Pasted, text: string): Pasted {
  if (hasPrivateKey(text)) return { text: '', isPrivate: true };
  return { text, isPrivate: before.isPrivate && text === '' };
}
