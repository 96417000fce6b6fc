import assert from 'node:assert/strict';
import { proxyRecipe } from '../../../../../cookbooks/deis/recipes/proxy.js';
import { UserError } from '../../../../../base/errors.js';
import type { Databag } from '../../../../../cookbooks/databag.js';
import { resourceId } from '../../../../../cookbooks/resource.js';
import type { NginxSiteResource } from '../../../../../cookbooks/resources/network/nginx-site.js';
import { sampleDatabag, sampleNode } from '../../../../support/nodes/sample-databag.js';

function site(
  databag: Databag = sampleDatabag(),
  attributes: Record<string, unknown> = {},
): NginxSiteResource {
  const found = proxyRecipe(sampleNode('proxy', { attributes }), databag).find(
    (resource) => resource.kind === 'nginx_site',
  );
  assert.ok(found);
  return found;
}

const withProxy = (more: Partial<Databag['proxy']>): Databag =>
  sampleDatabag({ proxy: { ...sampleDatabag().proxy, ...more } });

describe('recipe deis::proxy', () => {
  it('puts the site before the service, so that a site broken by hand is mended before nginx must start', () => {
    const ids = proxyRecipe(sampleNode('proxy'), sampleDatabag()).map(resourceId);
    assert.deepEqual(ids.slice(-5, -2), [
      'nginx_site[peachy-waxworks]',
      'service[nginx]',
      'nginx_backends[peachy-waxworks]',
    ]);
    assert.ok(ids.includes('file[/etc/nginx/sites-enabled/default]'));
  });

  it('keeps backends and generation out of the site, so that they need no reload', () => {
    assert.equal(site(withProxy({ backends: [], algorithm: 'ip_hash' })).content, site().content);
    assert.equal(site({ ...sampleDatabag(), generation: 42 }).content, site().content);
    assert.ok(!site().content.includes('10.0.0.4'));
  });

  it('tells another version of another content, in the content itself', () => {
    const [one, other] = [site(), site(withProxy({ port: 8080 }))];
    assert.notEqual(one.shownBy?.line, other.shownBy?.line);
    assert.ok(one.content.includes(`endpoint("${one.shownBy?.line.split(' ')[1]}")`));
    assert.equal(site().shownBy?.line, one.shownBy?.line);
  });

  it('answers any name without domains, else the given ones and 404', () => {
    assert.match(site().content, /listen 80 default_server;\n {4}server_name _;/);
    const named = site(withProxy({ domains: ['a.example.com', '*.b.example.com'] })).content;
    assert.match(named, /server_name a\.example\.com \*\.b\.example\.com;/);
    assert.match(named, /listen 80 default_server;[^]*return 404;/);
  });

  it('takes the body size from the layer', () => {
    assert.match(site().content, /client_max_body_size 1m;/);
    assert.match(site(sampleDatabag(), { client_max_body_size: '20m' }).content, /client_max_body_size 20m;/);
    for (const size of ['20 m', '1m; }', 5, ''])
      assert.throws(() => site(sampleDatabag(), { client_max_body_size: size }), UserError);
  });

  it('has room for headers of 32 KB, in both directions', () => {
    for (const words of [
      'large_client_header_buffers 4 32k;',
      'proxy_buffer_size 32k;',
      'proxy_buffers 4 32k;',
    ])
      assert.ok(site().content.includes(words), words);
  });

  it('keeps connections to containers, and none to proxies that it passes on to', () => {
    assert.match(site().content, /balance\(\) \}\n {4}# Idle[^\n]*\n {4}keepalive 256;/);
    const passing = site(withProxy({ passesOn: true })).content;
    assert.match(passing, /balance\(\) \}\n {4}# A connection for each request[^\n]*\n\}/);
    assert.doesNotMatch(passing, /keepalive 256/);
  });

  it('passes on no upgrade but to WebSocket', () => {
    const { content } = site();
    assert.match(content, /map \$http_upgrade \$deis_upgrade \{\n +default '';\n +websocket websocket;\n\}/);
    assert.match(content, /map \$deis_upgrade \$deis_connection \{\n +default '';\n +websocket upgrade;\n\}/);
    assert.match(content, /proxy_set_header Upgrade \$deis_upgrade;/);
    assert.equal(content.split('$http_upgrade').length, 2);
  });

  it('says nothing of what is not set, and all that is', () => {
    // Its health is told on a port of its own, which is closed to others in any case.
    const served = site().content.replace(/^server \{\n +listen 9090;[^]*?^\}/m, '');
    assert.notEqual(served, site().content);
    for (const absent of [
      'set_real_ip_from',
      'Strict-Transport',
      'deny all',
      'return 308',
      'deis_proto',
      'deis_port',
      'limit_req',
      'proxy_protocol',
      '@own_page',
    ])
      assert.ok(!served.includes(absent), absent);
    assert.match(served, /proxy_read_timeout 1300s;/);
    const { content } = site(
      withProxy({
        bodySize: 2000,
        timeoutSeconds: 5,
        enforceHttps: true,
        hsts: 60,
        hstsSubdomains: true,
        hstsPreload: true,
        allow: ['10.0.0.0/8', '::1'],
        trusted: ['192.0.2.1'],
      }),
    );
    for (const words of [
      'client_max_body_size 2000;',
      'proxy_read_timeout 5s;',
      'if ($deis_proto != https)',
      'https "max-age=60; includeSubDomains; preload";',
      'allow 10.0.0.0/8;\n        allow ::1;\n        deny all;',
      'set_real_ip_from 192.0.2.1;',
      'X-Forwarded-Port $deis_port;',
    ])
      assert.ok(content.includes(words), words);
  });

  it('tells of its health on port 9090 to private networks and trusted ones alone', () => {
    const block = (settings = {}): string =>
      /^server \{\n +listen 9090;[^]*?^\}/m.exec(site(withProxy(settings)).content)?.[0] ?? '';
    const allowed = (text: string): string[] =>
      [...text.matchAll(/^ +(allow .*|deny all);$/gm)].map(([, rule]) => rule!);
    const own = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(
      (network) => `allow ${network}`,
    );
    assert.deepEqual(allowed(block()), [...own, 'deny all']);
    assert.deepEqual(allowed(block({ trusted: ['130.211.0.0/22', '10.0.0.0/8'] })), [
      ...own,
      'allow 130.211.0.0/22',
      'deny all',
    ]);
  });

  it("takes the body size that is set before the layer's", () => {
    assert.match(
      site(withProxy({ bodySize: 5 }), { client_max_body_size: '20m' }).content,
      /client_max_body_size 5;/,
    );
  });

  it('refuses settings that would be configuration', () => {
    for (const settings of [
      { allow: ['all; return 200'] },
      { trusted: ['10.0.0.0/8;'] },
      { bodySize: '1m; }' as unknown as number },
      { timeoutSeconds: 1.5 },
      { hsts: -1 },
      { rateLimit: '1/s; }' },
      { rateLimit: '1/s', rateBurst: 1.5 },
    ])
      assert.throws(() => site(withProxy(settings)), UserError);
  });

  it('has requests wait for a verdict in a location of their own, under the same rules', () => {
    const { content } = site(withProxy({ allow: ['10.0.0.0/8'], rateLimit: '20/s' }));
    const location = (name: string): string =>
      [...content.matchAll(new RegExp(`^    location ${name} \\{\n([^]*?)^    \\}`, 'gm'))].at(-1)?.[1] ?? '';
    const [passing, waiting] = [location('/'), location('@deis_await')];
    assert.doesNotMatch(passing, /access_by_lua/);
    assert.match(passing, /recursive_error_pages on;\n +if \(\$deis_request_id = ""\) \{\n +return 597;/);
    assert.match(content, /error_page 597 = @deis_await;/);
    assert.match(waiting, /access_by_lua_block \{[^}]*await\(\) ~= "some"[^}]*ngx\.exit\(503\)/);
    const rules = (text: string): string[] => text.match(/^ +(allow|deny|limit_req|proxy_)\S* .*;$/gm) ?? [];
    assert.ok(rules(passing).length > 15);
    assert.deepEqual(rules(waiting), rules(passing));
    assert.doesNotMatch(site(withProxy({ maintenance: true })).content, /deis_await/);
  });

  it('limits no rate in maintenance, where clients are not told apart', () => {
    const { content } = site(withProxy({ rateLimit: '20/s', maintenance: true }));
    assert.doesNotMatch(content, /deis_client|limit_req/);
  });

  it('limits the rate of a client, with a burst of a second where none is set', () => {
    const limited = site(withProxy({ rateLimit: '20/s' })).content;
    assert.match(limited, /limit_req_zone \$deis_client zone=deis_clients:10m rate=20r\/s;/);
    assert.match(limited, /limit_req zone=deis_clients burst=20 nodelay;/);
    assert.match(limited, /limit_req_status 429;/);
    assert.match(limited, /add_header Retry-After 1 always;/);
    assert.match(site(withProxy({ rateLimit: '6/m' })).content, /burst=1 nodelay;[^]*Retry-After 10 always;/);
    assert.match(site(withProxy({ rateLimit: '6/m', rateBurst: 0 })).content, /zone=deis_clients nodelay;/);
    assert.match(site(withProxy({ rateLimit: '6/m', rateBurst: 40 })).content, /burst=40 nodelay;/);
    assert.match(
      site(withProxy({ rateLimit: '6/m', hsts: 60 })).content,
      /Retry-After 10 always;\n +add_header Strict-Transport-Security/,
    );
  });

  it('takes the PROXY protocol on each port of clients, and then believes no header of theirs', () => {
    const domains = ['a.example.com'];
    const certs = [{ name: 'main', certificate: 'CERT', domains, key: 'KEY' }];
    const { content } = site(
      withProxy({ proxyProtocol: true, trusted: ['192.0.2.1'], enforceHttps: true, domains, certs }),
    );
    assert.deepEqual(
      content.match(/^ +(listen|include) .*;$/gm)?.map((line) => line.trim()),
      [
        'listen 127.0.0.1:9091;',
        'listen 9090;',
        'listen 80 default_server proxy_protocol;',
        'listen 80 proxy_protocol;',
        'listen 443 ssl default_server proxy_protocol;',
        'include /etc/nginx/deis/listen-tls-proxy-protocol.conf;',
      ],
    );
    assert.match(content, /real_ip_header proxy_protocol;[^]*set_real_ip_from 192\.0\.2\.1;/);
    assert.match(content, /if \(\$scheme != https\)/);
    assert.ok(!/http_x_forwarded|deis_proto|deis_port/.test(content));
  });

  it("names the app's own pages by their content, before the proxy's", () => {
    const page = (content: string) => ({ url: 'https://example.com/', content });
    const databag = withProxy({ errorPages: { '503': page('$five'), maintenance: page('soon') } });
    const files = proxyRecipe(sampleNode('proxy'), databag)
      .map(resourceId)
      .filter((id) => id.startsWith('file[/etc/nginx/deis/pages/'));
    assert.equal(files.length, 2);
    const path = /load\(503, "(.*)"\)/.exec(site(databag).content)?.[1] ?? '';
    assert.ok(files.includes(`file[${path}]`), path);
    assert.match(site(databag).content, /error_page 503 @own_page_503;[^]*return 503 "/);
    assert.match(site(databag).content, /error_page 502 @page_502;/);
    const maintained = site({ ...databag, proxy: { ...databag.proxy, maintenance: true } }).content;
    assert.match(maintained, /load\(503, ".*\/maintenance-/);
    assert.notEqual(site(withProxy({ errorPages: { '503': page('other') } })).content, site(databag).content);
  });

  it('lets WebSockets and streams be silent for 20 minutes, also while a reload is under way', () => {
    const minutes = 20 * 60;
    const { content } = site();
    for (const timeout of ['proxy_read_timeout', 'proxy_send_timeout'])
      assert.ok(Number(new RegExp(`${timeout} (\\d+)s;`).exec(content)?.[1]) >= minutes, timeout);
    assert.match(content, /proxy_buffering off;/);
    const main = proxyRecipe(sampleNode('proxy'), sampleDatabag()).find(
      (resource) => resourceId(resource) === 'file[/etc/nginx/nginx.conf]',
    );
    const text = main?.kind === 'file' && typeof main.content === 'string' ? main.content : '';
    assert.ok(Number(/worker_shutdown_timeout (\d+)m;/.exec(text)?.[1]) * 60 >= minutes);
    assert.doesNotMatch(text, /event-stream/);
  });

  it('refuses a domain that would be configuration', () => {
    for (const domain of ['a; return 200', 'UPPER.example', '-', 'a b', '', '$host'])
      assert.throws(() => site(withProxy({ domains: [domain] })), UserError);
  });
});
