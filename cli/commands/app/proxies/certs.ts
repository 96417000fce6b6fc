import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Call } from '../../../call.js';
import type { Certificate } from '../../../controller/certificate.js';
import { autoCerts } from '../../../actions/app/auto-certs.js';
import { carryOut, carryOutDelete, carryOutPatch } from '../../../actions/carry-out.js';
import type { CommandTable } from '../../../command.js';
import { CliError, exitCodes } from '../../../terminal/errors.js';
import { properties, table } from '../../../terminal/format.js';
import { integerOption } from '../../../terminal/input/option-values.js';

export const certs: CommandTable = {
  list: {
    summary: 'certificates that the proxies serve',
    onFormation: true,
    json: true,
    limit: 100,
    details: 'Example:\n  deis certs',
    run: async (call) => {
      const all = await call.list<Certificate>(await call.formationPath('certs'));
      call.printList(
        all,
        (rows) =>
          table(
            ['ID', 'DOMAINS', 'EXPIRES', 'RENEWED BY'],
            rows.map((cert) => [cert.id, cert.domains.join(','), cert.expires_at, renewedBy(cert)]),
          ),
        'No certificates: deis certs:auto enable, or deis certs:add server.crt server.key',
      );
    },
  },
  add: {
    summary: 'serve a certificate',
    args: '<certificate> <key>',
    options: [['--id <name>', 'its name; default: its first domain']],
    onFormation: true,
    json: true,
    details:
      'Two files in PEM form: the chain, leaf first, and its key without a passphrase. ' +
      'The names of the certificate become domains of the app.\n\n' +
      'Example:\n' +
      '  deis certs:add fullchain.pem privkey.pem --id=main',
    run: async (call) => {
      const [certificate, key] = [await readPem(call, 0), await readPem(call, 1)];
      await carryOut(call, await call.formationPath('certs'), { id: call.option('id'), certificate, key });
      call.output.talk('The proxies serve it. Its names and when it expires: deis certs');
    },
  },
  update: {
    summary: 'put a renewed pair in the place of its predecessor, without a gap',
    args: '<id> <certificate> <key>',
    onFormation: true,
    json: true,
    details:
      'The proxies serve the old pair until they serve the new one. Files as for certs:add.\n\n' +
      'Example:\n' +
      '  deis certs:update main fullchain.pem privkey.pem',
    run: async (call) => {
      const [certificate, key] = [await readPem(call, 1), await readPem(call, 2)];
      await carryOutPatch(call, await call.formationPath('certs', call.arg(0)), { certificate, key });
      call.output.talk(`The proxies serve the new ${call.arg(0)}`);
    },
  },
  generate: {
    summary: 'serve a certificate that is signed by itself, until there is another',
    args: '[domains...]',
    options: [
      ['--id <name>', 'its name; default: generated- and its first domain'],
      ['--days <number>', 'how long it is good; default: 365'],
    ],
    onFormation: true,
    json: true,
    details:
      'For the domains of the app unless said otherwise; a name that is none yet becomes one. ' +
      'Browsers warn of it. A certificate of a CA is served in its place as soon as there is one.\n\n' +
      'Example:\n' +
      '  deis certs:generate www.example.com',
    run: async (call) => {
      const days = call.option('days');
      await carryOut(call, await call.formationPath('generated-certs'), {
        id: call.option('id'),
        ...(call.args.length > 0 ? { domains: call.args } : {}),
        ...(days === undefined ? {} : { days: integerOption('--days', days, { min: 1, max: 3650 }) }),
      });
      call.output.talk('The proxies serve it. Its names and when it expires: deis certs');
    },
  },
  auto: {
    summary: 'have certificates ordered and renewed by the controller, or no more',
    args: '[action]',
    onFormation: true,
    json: true,
    details:
      'Actions: status (the default), enable, disable, and refresh, which tries again now what has failed.\n' +
      'Each domain but wildcards gets a certificate of the CA that the controller names, by HTTP: its DNS must ' +
      'lead to the proxies, and port 80 to them be open.\n\n' +
      'Example:\n' +
      '  deis certs:auto enable\n' +
      '  deis domains:wait',
    run: autoCerts,
  },
  info: {
    summary: 'one certificate: when it expires, is renewed next, and what its last renewal came to',
    args: '<id>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis certs:info main',
    run: async (call) => {
      const cert = await (await call.api()).get<Certificate>(await call.formationPath('certs', call.arg(0)));
      call.print(cert, () =>
        properties([
          ['Certificate', cert.id],
          ['Domains', cert.domains],
          ['Expires', cert.expires_at],
          ['SHA-256', cert.fingerprint],
          ['Renewed by', renewedBy(cert)],
          ...renewalOf(cert),
        ]),
      );
    },
  },
  remove: {
    summary: 'serve a certificate no more; its domains stay',
    args: '<id>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis certs:remove main',
    run: async (call) => {
      await carryOutDelete(call, await call.formationPath('certs', call.arg(0)));
      call.output.talk(`Removed certificate ${call.arg(0)}`);
    },
  },
};

function renewedBy({ source, renewal }: Certificate): string {
  if (source === 'generated') return 'no one (signed by itself)';
  return source === 'acme' && renewal !== null ? 'the controller' : 'you';
}

function renewalOf({ renewal }: Certificate): readonly (readonly [string, string | null])[] {
  if (renewal === null) return [];
  const by = { ca: 'as its CA says', lifetime: 'at two thirds of its lifetime' };
  return [
    ['Next renewal', renewal.next_at && `${renewal.next_at}${renewal.by ? ` (${by[renewal.by]})` : ''}`],
    ...(renewal.explanation === null ? [] : [['Why then', renewal.explanation] as const]),
    ['Last attempt', renewal.last_attempt_at],
    ['Last error', renewal.last_error],
    ...(renewal.next_attempt_at === null ? [] : [['Next attempt', renewal.next_attempt_at] as const]),
  ];
}

async function readPem(call: Call, index: number): Promise<string> {
  const path = call.arg(index);
  return readFile(resolve(call.terminal.cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(
      error.code === 'ENOENT' ? `there is no file ${path}` : `cannot read ${path}: ${error.message}`,
      exitCodes.usage,
    );
  });
}
