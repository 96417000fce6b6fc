import assert from 'node:assert/strict';
import { proxyRecipe } from '../../../../../cookbooks/deis/recipes/proxy.js';
import { UserError } from '../../../../../base/errors.js';
import type { Databag } from '../../../../../cookbooks/databag.js';
import { resourceId } from '../../../../../cookbooks/resource.js';
import type { NginxSiteResource } from '../../../../../cookbooks/resources/nginx-site.js';
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
    assert.deepEqual(ids.slice(-4, -1), [
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

  it('passes on no upgrade but to WebSocket', () => {
    const { content } = site();
    assert.match(content, /map \$http_upgrade \$deis_upgrade \{\n +default '';\n +websocket websocket;\n\}/);
    assert.match(content, /map \$deis_upgrade \$deis_connection \{\n +default '';\n +websocket upgrade;\n\}/);
    assert.match(content, /proxy_set_header Upgrade \$deis_upgrade;/);
    assert.equal(content.split('$http_upgrade').length, 2);
  });

  it('says nothing of what is not set, and all that is', () => {
    for (const absent of [
      'set_real_ip_from',
      'Strict-Transport',
      'deny all',
      '308',
      'deis_proto',
      'deis_port',
    ])
      assert.ok(!site().content.includes(absent), absent);
    assert.match(site().content, /proxy_read_timeout 1300s;/);
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
    ])
      assert.throws(() => site(withProxy(settings)), UserError);
  });

  it('refuses a domain that would be configuration', () => {
    for (const domain of ['a; return 200', 'UPPER.example', '-', 'a b', '', '$host'])
      assert.throws(() => site(withProxy({ domains: [domain] })), UserError);
  });
});
