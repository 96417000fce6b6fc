import { networkInterfaces } from 'node:os';
import { hostInUrl } from '../base/host-in-url.js';

const wildcards = ['0.0.0.0', '::'];

/** How this machine reaches what is bound to `bind`, in the form that URLs want. */
export function localHost(bind: string): string {
  if (bind === '0.0.0.0') return '127.0.0.1';
  if (bind === '::') return '[::1]';
  return hostInUrl(bind);
}

/** How others reach it: this machine's first outer IPv4 address when it is bound to all of them. */
export function outerHost(bind: string, addresses?: readonly string[]): string {
  if (!wildcards.includes(bind)) return localHost(bind);
  return (addresses ?? ownAddresses())[0] ?? localHost(bind);
}

/** The host that git remotes show: that of the public URL, unless the operator names another. */
export function gitHost(
  git: { readonly bind: string; readonly publicHost?: string | undefined },
  publicUrl: string | undefined,
): string {
  return git.publicHost ?? (publicUrl === undefined ? outerHost(git.bind) : new URL(publicUrl).hostname);
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return all.filter((entry) => entry.family === 'IPv4' && !entry.internal).map((entry) => entry.address);
}
