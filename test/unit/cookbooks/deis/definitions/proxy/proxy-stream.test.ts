import assert from 'node:assert/strict';
import { UserError } from '../../../../../../base/errors.js';
import type { DatabagProxy } from '../../../../../../cookbooks/databag.js';
import type { LayerKind } from '../../../../../../cookbooks/recipe.js';
import { resourceId, type Resource } from '../../../../../../cookbooks/resource.js';
import type { NginxSiteResource } from '../../../../../../cookbooks/resources/network/nginx-site.js';
import { proxyRecipe } from '../../../../../../cookbooks/deis/recipes/proxy.js';
import { streamOf } from '../../../../../../cookbooks/deis/definitions/proxy/proxy-stream.js';
import { sampleDatabag, sampleNode } from '../../../../../support/nodes/sample-databag.js';

const tcp = (more: Partial<DatabagProxy> = {}, host?: string) =>
  sampleDatabag({
    ...(host === undefined ? {} : { host }),
    proxy: { ...sampleDatabag().proxy, mode: 'tcp', tcpPort: 5432, ...more },
  });
const textOf = (more: Partial<DatabagProxy> = {}, kind: LayerKind = 'proxy'): string =>
  streamOf(sampleNode(kind), tcp(more))?.text ?? assert.fail('no stream');
const resources = (kind: LayerKind, databag = tcp()): Resource[] => proxyRecipe(sampleNode(kind), databag);
const siteOf = (all: readonly Resource[]): NginxSiteResource =>
  all.find((each): each is NginxSiteResource => each.kind === 'nginx_site') ?? assert.fail('no site');

describe('a proxy of mode tcp', () => {
  it('passes connections on to the containers, and lets in nobody who is not named', () => {
    const text = textOf({ allow: ['10.0.0.0/8'], clients: ['192.0.2.4', '10.0.0.0'] });
    for (const words of [
      '    server 10.0.0.4:5001 max_fails=1 fail_timeout=1s;\n    server 10.0.0.5:5001 ',
      '    listen 5432 so_keepalive=on;\n    allow 10.0.0.0/8;\n    allow 192.0.2.4;\n',
      '    allow 192.0.2.4;\n    allow 10.0.0.0;\n    deny all;\n',
      '    proxy_pass deis_peachy-waxworks;',
      '    proxy_timeout 86400s;',
    ])
      assert.ok(text.includes(words), `${words}\n---\n${text}`);
    assert.match(textOf(), /so_keepalive=on;\n {4}deny all;/);
    assert.match(textOf({ timeoutSeconds: 60 }), /proxy_timeout 60s;/);
    assert.match(textOf({ algorithm: 'least_conn' }), /64k;\n {4}least_conn;\n/);
    assert.match(textOf({ algorithm: 'ip_hash' }), /hash \$remote_addr consistent;/);
  });

  it('closes connections where no container serves', () => {
    const text = textOf({ backends: [] });
    assert.doesNotMatch(text, /upstream|proxy_pass/);
    assert.match(text, /deny all;\n {4}return "";/);
  });

  it('refuses what would be configuration', () => {
    for (const wrong of [
      { allow: ['all; return 200'] },
      { clients: ['10.0.0.1;'] },
      { backends: ['x; }:1'] },
      { tcpPort: 70_000 },
      { tcpPort: '1; }' as unknown as number },
      { timeoutSeconds: 0 },
    ])
      assert.throws(() => textOf(wrong), UserError, JSON.stringify(wrong));
  });

  it('has nginx know streams first, and serves no request of HTTP', () => {
    const all = resources('proxy');
    const ids = all.map(resourceId);
    const [module, main, site] = [
      ids.indexOf('package[nginx-stream]'),
      ids.indexOf('file[/etc/nginx/modules-enabled/90-deis-streams.conf]'),
      ids.indexOf('nginx_site[peachy-waxworks]'),
    ];
    assert.ok(module > 0 && module < main && main < site, ids.join('\n'));
    const { content, stream } = siteOf(all);
    assert.equal(stream, textOf());
    assert.match(content, /location \/ \{\n {8}return 404;/);
    assert.doesNotMatch(content, /proxy_pass/);
    assert.match(content, /TCP at port 5432/);
  });

  it('changes the site with the stream, so that the running nginx shows both', () => {
    const lineOf = (more: Partial<DatabagProxy>) => siteOf(resources('proxy', tcp(more))).shownBy?.line;
    assert.notEqual(lineOf({}), lineOf({ backends: ['10.0.0.9:5001'] }));
    assert.notEqual(lineOf({}), lineOf({ clients: ['10.0.0.9'] }));
    assert.equal(lineOf({}), lineOf({}));
  });

  it('knows the networks of neighbours on a box, where their containers come with addresses of their own', () => {
    const neighbours = [{ id: 'shop', host: 'platform' }, { id: 'platform' }];
    assert.match(
      textOf({ neighbours }, 'box'),
      /include \/etc\/nginx\/deis\/streams\/peachy-waxworks\.neighbours;/,
    );
    assert.doesNotMatch(textOf({ neighbours }), /neighbours/);
    const ids = resources('box', tcp({ neighbours }, 'platform')).map(resourceId);
    const networks = ids.indexOf('execute[networks that reach peachy-waxworks]');
    assert.ok(ids.indexOf('execute[the network deis-shop]') < networks && networks > 0, ids.join('\n'));
    assert.ok(networks < ids.indexOf('nginx_site[peachy-waxworks]'));
    assert.ok(
      !resources('proxy', tcp({ neighbours })).map(resourceId).join().includes('networks that reach'),
    );
  });

  it('leaves proxies of HTTP as they are', () => {
    const all = resources('proxy', sampleDatabag());
    assert.ok(!all.map(resourceId).join().includes('stream'));
    assert.equal(siteOf(all).stream, undefined);
  });
});
