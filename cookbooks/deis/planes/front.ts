import { createHash } from 'node:crypto';
import { renderNodeFile } from '../../../templates/render.js';
import { hostInUrl } from '../../../base/host-in-url.js';
import type { Resource } from '../../resource.js';
import { streamBlock, streamPackage } from '../definitions/proxy/proxy-stream.js';
import { places } from '../definitions/places.js';
import type { PlaneFront } from './plane-host.js';
import { planePlaces } from './plane-places.js';
import { selfSigned } from './self-signed.js';

const { front: folder } = planePlaces;
const certificate = `${folder}/tls.crt`;
const key = `${folder}/tls.key`;
const siteName = 'deis-front';
const site = `nginx_site[${siteName}]`;

/** nginx with TLS before the API; where git is answered on other hosts, it passes that on, too. */
export function frontRecipe(front: PlaneFront): Resource[] {
  const passed = passedGit(front);
  return [
    ...frontPackages(front),
    // Without it nginx does not start; cleaners of images and disks like to remove it.
    { kind: 'directory', name: '/var/log/nginx', group: 'adm' },
    { kind: 'file', name: '/etc/nginx/sites-enabled/default', action: 'delete' },
    { kind: 'directory', name: folder, mode: '0700' },
    ...certificateOf(front),
    ...(passed === undefined
      ? []
      : [
          { kind: 'directory', name: places.nginx } as const,
          { kind: 'directory', name: places.streams } as const,
          streamBlock(site),
        ]),
    siteOf(front, passed),
    { kind: 'service', name: 'nginx', enabled: true, running: true },
    answers(front),
  ];
}

/** nginx, with its module for streams where it passes git on. */
export function frontPackages(front: PlaneFront): Resource[] {
  return [
    { kind: 'package', name: 'nginx', packages: ['nginx'] },
    ...(passedGit(front) === undefined ? [] : [streamPackage]),
  ];
}

function passedGit({ git }: PlaneFront): PlaneFront['git'] {
  return git !== undefined && git.addresses.length > 0 ? git : undefined;
}

function certificateOf(front: PlaneFront): Resource[] {
  const notifies = [{ resource: site, action: 'reload' }] as const;
  if (front.certificate === undefined)
    return [
      {
        ...selfSigned({ name: 'the front', certificate, key, names: [front.name], owner: 'root' }),
        notifies,
      },
    ];
  return [
    { kind: 'file', name: key, content: front.certificate.key, mode: '0600', notifies },
    { kind: 'file', name: certificate, content: front.certificate.chain, notifies },
  ];
}

function siteOf({ name, port, api, listensOnIpv6: ipv6 }: PlaneFront, git: PlaneFront['git']): Resource {
  const stream =
    git && renderNodeFile('plane-front-stream.conf.njk', { ...git, ipv6, group: 'deis_front_git' });
  const context = {
    name,
    port,
    api,
    ipv6,
    certificate,
    key,
    stream: stream === undefined ? '' : sumOf(stream),
  };
  return {
    kind: 'nginx_site',
    name: siteName,
    content: renderNodeFile('plane-front.conf.njk', context),
    ...(stream === undefined ? {} : { stream }),
  };
}

/** What a site says of its stream: the two are put in place, and back, together. */
function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Through this nginx, whatever the DNS says yet. */
function answers({ name, port }: PlaneFront): Resource {
  const url = `https://${hostInUrl(name)}:${port}/health`;
  const ask = [
    ...[
      'curl',
      '--silent',
      '--show-error',
      '--fail',
      '--insecure',
      '--max-time',
      '10',
      '--output',
      '/dev/null',
    ],
    ...['--connect-to', `::127.0.0.1:${port}`],
  ];
  return {
    kind: 'execute',
    name: 'the API answers through nginx',
    command: [...ask, '--retry', '15', '--retry-delay', '2', '--retry-all-errors', '--', url],
    notIf: [...ask, '--', url],
    timeoutSeconds: 240,
  };
}
