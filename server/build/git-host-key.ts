import ssh2 from 'ssh2';
import { Secret } from '../../cookbooks/secret.js';
import type { InstanceFactStore } from '../store/instance-fact-store.js';

/** The git endpoint's host key in OpenSSH form: made once per instance, kept with its facts. */
export function gitHostKey(facts: InstanceFactStore): Promise<Secret> {
  return facts.getOrCreate('git-host-key', () => new Secret(ssh2.utils.generateKeyPairSync('ed25519', { comment: 'deis-git' }).private));
}

/** Its public half, `ssh-ed25519 AAAA...`. */
export function publicHostKey(hostKey: Secret): string {
  const parsed = ssh2.utils.parseKey(hostKey.reveal());
  if (parsed instanceof Error) throw parsed;
  return `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`;
}
