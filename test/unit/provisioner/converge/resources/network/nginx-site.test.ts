import assert from 'node:assert/strict';
import type { NginxSiteResource } from '../../../../../../cookbooks/resources/network/nginx-site.js';
import { nginxSite } from '../../../../../../provisioner/converge/resources/network/nginx-site.js';

const compiled = (more: Partial<NginxSiteResource> = {}) =>
  nginxSite.compile({ kind: 'nginx_site', name: 'shop', content: 'server {}\n', ...more }, 3);
const sites = '/etc/nginx/sites-enabled/shop';
const streams = '/etc/nginx/deis/streams/shop.conf';

describe('a site of nginx', () => {
  it('is one file, as before there were streams', () => {
    const { facts, functions, test, diff, repair } = compiled();
    assert.deepEqual(facts, { paths: [sites], sums: [sites] });
    assert.deepEqual(Object.keys(functions ?? {}), ['content_3']);
    assert.match(test, new RegExp(`^file_ok '?${sites}'? \\S+ \\S+ \\S+ \\S+$`));
    assert.ok(!`${test}${diff}${repair}`.includes('stream'));
  });

  it('is compared and swapped in together with its stream', () => {
    const { facts, functions, test, diff, repair } = compiled({ stream: 'server { listen 5432; }\n' });
    assert.deepEqual(facts, { paths: [sites, streams], sums: [sites, streams] });
    assert.deepEqual(Object.keys(functions ?? {}), ['content_3', 'stream_3']);
    for (const text of [test, diff]) assert.ok(text?.includes(sites) && text.includes(streams), text);
    assert.match(repair, /site_swap .*content_3.*stream_3/);
  });
});
