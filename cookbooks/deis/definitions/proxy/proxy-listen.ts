import type { ExecuteResource } from '../../../resources/system/execute.js';
import { places } from '../places.js';

/** File that a server of TLS includes: where it listens. */
export function tlsListen(proxyProtocol: boolean): string {
  return `${places.nginx}/listen-tls${proxyProtocol ? '-proxy-protocol' : ''}.conf`;
}

/**
 * HTTP/2 is a word of `listen` for nginx before 1.25.1 and a directive since, which warns of the word. sh functions:
 * `wanted OPTIONS` prints what this node's nginx takes.
 */
const dialect = `version=$(nginx -v 2>&1); version=\${version##*/}; version=\${version%% *}
if dpkg --compare-versions "$version" ge 1.25.1 2>/dev/null; then form='listen 443 ssl%s;\\nhttp2 on;\\n'
else form='listen 443 ssl http2%s;\\n'; fi
wanted() { printf "$form" "$1"; }
written() { [ "$(cat -- "$1" 2>/dev/null)" = "$(wanted "$2")" ]; }
write() { wanted "$2" >"$1.new" && chmod 0644 -- "$1.new" && mv -fT -- "$1.new" "$1"; }
`;

/**
 * Writes both files as the nginx that is there wants them, and reloads the site where one changed: after an upgrade
 * of nginx, too. @param site id of the site's resource
 */
export function tlsListeners(site: string): ExecuteResource {
  const all = (act: string): string =>
    `${act} ${tlsListen(false)} '' && ${act} ${tlsListen(true)} ' proxy_protocol'`;
  return {
    kind: 'execute',
    name: 'listen for TLS with HTTP/2',
    command: ['sh', '-c', `${dialect}${all('write')}`],
    notIf: ['sh', '-c', `${dialect}${all('written')}`],
    notifies: [{ resource: site, action: 'reload' }],
  };
}
