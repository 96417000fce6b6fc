import { createHash } from 'node:crypto';
import { renderNodeFile } from '../../../templates/render.js';
import { hostInUrl } from '../../../base/host-in-url.js';
import type { Resource } from '../../resource.js';
import { streamBlock, streamPackage } from '../definitions/proxy/proxy-stream.js';
import { places } from '../definitions/places.js';
import { awaitCertificate } from './await-certificate.js';
import type { PlaneFront } from './plane-host.js';
import { planePlaces } from './plane-places.js';
import { selfSigned } from './self-signed.js';

const { front: folder } = planePlaces;
const certificate = `${folder}/tls.crt`;
const key = `${folder}/tls.key`;
const siteName = 'deis-front';
const site = `nginx_site[${siteName}]`;
const sitePath = `/etc/nginx/sites-enabled/${siteName}`;
/** Where Debian's package has a page of its own on port 80, unless something is there already. */
const debianSite = '/etc/nginx/sites-enabled/default';

/**
 * nginx with TLS before the API, or passing TLS on to an API that orders its certificate itself; where git is answered
 * on other hosts, it passes that on, too.
 */
export function frontRecipe(front: PlaneFront): Resource[] {
  return [
    ...nginxPackages(front),
    // Without it nginx does not start; cleaners of images and disks like to remove it.
    { kind: 'directory', name: '/var/log/nginx', group: 'adm' },
    { kind: 'file', name: debianSite, action: 'delete' },
    ...(front.passesTls
      ? [awaitCertificate(front, sitePath)]
      : [{ kind: 'directory', name: folder, mode: '0700' } as const, ...certificateOf(front)]),
    ...(passesOn(front)
      ? [
          { kind: 'directory', name: places.nginx } as const,
          { kind: 'directory', name: places.streams } as const,
          streamBlock(site),
        ]
      : []),
    siteOf(front),
    { kind: 'service', name: 'nginx', enabled: true, running: true },
    answers(front),
  ];
}

/**
 * What may come long before the rest: nginx, which runs once it is installed, and listens nowhere yet. Strangers see no
 * page of Debian's, and what comes next finds its ports free.
 */
export function frontPackages(front: PlaneFront): Resource[] {
  return [
    { kind: 'directory', name: '/etc/nginx' },
    { kind: 'directory', name: '/etc/nginx/sites-enabled' },
    {
      kind: 'file',
      name: debianSite,
      content:
        '# In the place of the site of Debian. Written by deis-controller install, which removes it.\n',
      notIf: ['test', '-e', '/usr/sbin/nginx'],
    },
    ...nginxPackages(front),
  ];
}

/** nginx, with its module for streams where it passes connections on. */
function nginxPackages(front: PlaneFront): Resource[] {
  return [
    { kind: 'package', name: 'nginx', packages: ['nginx'] },
    ...(passesOn(front) ? [streamPackage] : []),
  ];
}

function passesOn(front: PlaneFront): boolean {
  return front.passesTls || passedGit(front) !== undefined;
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

function siteOf(front: PlaneFront): Resource {
  const { name, port, api, challenges, passesTls, listensOnIpv6: ipv6 } = front;
  const stream = streamOf(front);
  const ofAll = { name, ipv6, challenges, stream: stream === '' ? '' : sumOf(stream) };
  const url = `https://${hostInUrl(name)}${port === 443 ? '' : `:${port}`}`;
  return {
    kind: 'nginx_site',
    name: siteName,
    content: passesTls
      ? renderNodeFile('plane-front-acme.conf.njk', { ...ofAll, url })
      : renderNodeFile('plane-front.conf.njk', { ...ofAll, port, api, certificate, key }),
    ...(stream === '' ? {} : { stream }),
  };
}

/** What is passed on as it is: git, and TLS where the API has the certificate itself. */
function streamOf(front: PlaneFront): string {
  const { port, api, passesTls, listensOnIpv6: ipv6 } = front;
  const git = passedGit(front);
  return [
    ...(passesTls ? [renderNodeFile('plane-front-tls.conf.njk', { port, api, ipv6 })] : []),
    ...(git === undefined
      ? []
      : [renderNodeFile('plane-front-stream.conf.njk', { ...git, ipv6, group: 'deis_front_git' })]),
  ].join('');
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
