import { isIPv4 } from 'node:net';
import type { Resource } from '../../resource.js';

interface SelfSigned {
  /** Of the resource. */
  readonly name: string;
  /** Paths; both are made, or none. */
  readonly certificate: string;
  readonly key: string;
  /** Names and IPv4 addresses that it is good for. */
  readonly names: readonly string[];
  /** User that reads the key. */
  readonly owner: string;
}

/** The key first: a certificate that is there has its key. */
const make = `umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \\
  -subj "/CN=$1" -addext "subjectAltName=$2" -keyout "$4.new" -out "$3.new" 2>/dev/null
chown "$5:$5" "$3.new" "$4.new"
chmod 0644 "$3.new"
mv -f "$4.new" "$4"
mv -f "$3.new" "$3"`;

/**
 * A certificate for ten years that is signed by itself, made once on the host: its key leaves it never. Another name
 * makes another one: what it is good for is a part of the resource's name.
 */
export function selfSigned({ name, certificate, key, names, owner }: SelfSigned): Resource {
  const alternatives = names.map((each) => `${isIPv4(each) ? 'IP' : 'DNS'}:${each}`).join(',');
  return {
    kind: 'execute',
    name: `certificate of ${name}`,
    command: ['sh', '-ec', make, 'sh', names[0] ?? name, alternatives, certificate, key, owner],
    notIf: ['sh', '-ec', isGood, 'sh', certificate, key, ...names],
  };
}

/** There, for each of the names, and for a month more. */
const isGood = `certificate=$1 key=$2
shift 2
[ -e "$key" ]
openssl x509 -in "$certificate" -noout -checkend 2592000
shown=$(openssl x509 -in "$certificate" -noout -ext subjectAltName)
for name in "$@"; do
  case $shown in *:"$name",* | *:"$name") ;; *) exit 1 ;; esac
done`;
