import ssh2 from 'ssh2';
import type { Secret } from '../../base/secret.js';
import { generateSshKeyPair } from '../../provisioner/ssh/host-key.js';
import type { InstanceFactStore } from '../store/instance-fact-store.js';

/** The git endpoint's host key in OpenSSH form: made once per instance, kept with its facts. */
export function gitHostKey(facts: InstanceFactStore): Promise<Secret> {
  return facts.getOrCreate('git-host-key', () => generateSshKeyPair().privateKey);
}

/** Its public half, `ssh-ed25519 AAAA...`. */
export function publicHostKey(hostKey: Secret): string {
  const parsed = ssh2.utils.parseKey(hostKey.reveal());
  if (parsed instanceof Error) throw parsed;
  return `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`;
}
