import type { Resource } from '../../resource.js';
import type { PlaneFront } from './plane-host.js';

/** How long a CA may take: its first look may be held up a few times, by a DNS that is slow, say. */
const waitSeconds = 180;

/** A site that has a certificate, and passes questions of a CA on. */
const isBefore = `grep -qs '^upstream deis_front_challenges ' "$1" && grep -qs 'ssl_certificate ' "$1"`;

/** Signed by another than itself: the hashes of the two names differ. */
const wait = `name=$1 end=$(($(date +%s) + $2))
shift 2
is_of_ca() {
  hashes=$(timeout 10 openssl s_client -connect "$1" -servername "$name" </dev/null 2>/dev/null |
    openssl x509 -noout -subject_hash -issuer_hash 2>/dev/null) || return 1
  [ "$(printf '%s\n' "$hashes" | uniq | wc -l)" -gt 1 ]
}
for api in "$@"; do
  until is_of_ca "$api"; do
    if [ "$(date +%s)" -ge "$end" ]; then
      echo "$api shows no certificate of a CA yet, and nginx stays as it is with its own: what is wrong says \
sudo deis-controller certificate on the host of that API" >&2
      exit 1
    fi
    sleep 2
  done
done`;

/**
 * Before TLS is passed on in the place of a certificate that nginx has: clients who know that one would refuse what an
 * API signs itself. A front that is new, or has no port 80, waits for none. @param site path of nginx's site
 */
export function awaitCertificate({ name, api }: PlaneFront, site: string): Resource {
  return {
    kind: 'execute',
    name: 'certificate of the CA',
    command: ['sh', '-euc', wait, 'sh', name, String(waitSeconds), ...api],
    onlyIf: ['sh', '-c', isBefore, 'sh', site],
    timeoutSeconds: waitSeconds + 120,
  };
}
