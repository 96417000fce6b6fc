/** Names of a browser's errors -> what they say to people, of making a passkey and of using one. */
const known: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The browser used no passkey: it was stopped, waited too long, or knows none for this place.',
  AbortError: 'It was stopped.',
  InvalidStateError: 'This device has a passkey of yours for this place already.',
  SecurityError: 'The browser takes no passkeys at this address: they need HTTPS and a name.',
  NotSupportedError: 'This device cannot make such a passkey.',
  ConstraintError: 'This device cannot make such a passkey: it asks for no finger and no PIN.',
};

/** Why the browser made or used no passkey; what it says itself is for programmers. */
export function browserProblem(error: unknown): Error {
  const name = error instanceof Error ? error.name : '';
  const message = Object.hasOwn(known, name) ? known[name] : undefined;
  return new Error(message ?? 'The browser made no use of a passkey.', { cause: error });
}
