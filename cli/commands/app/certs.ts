import { readFile } from 'node:fs/promises';
import type { Certificate } from '../../controller/certificate.js';
import { carryOut, carryOutDelete } from '../../actions/carry-out.js';
import type { CommandTable } from '../../command.js';
import { CliError, exitCodes } from '../../terminal/errors.js';
import { table } from '../../terminal/format.js';

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
            ['ID', 'DOMAINS', 'EXPIRES'],
            rows.map((cert) => [cert.id, cert.domains.join(','), cert.expires_at]),
          ),
        'No certificates: deis certs:add server.crt server.key',
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
      const [certificate, key] = [await readPem(call.arg(0)), await readPem(call.arg(1))];
      await carryOut(call, await call.formationPath('certs'), { id: call.option('id'), certificate, key });
      call.output.talk('The proxies serve it. Its names and when it expires: deis certs');
    },
  },
  info: {
    summary: 'one certificate',
    args: '<id>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis certs:info main',
    run: async (call) => {
      const cert = await (await call.api()).get<Certificate>(await call.formationPath('certs', call.arg(0)));
      call.print(cert, () =>
        table(
          ['ID', 'DOMAINS', 'EXPIRES', 'SHA-256'],
          [[cert.id, cert.domains.join(','), cert.expires_at, cert.fingerprint]],
        ),
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

async function readPem(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(
      error.code === 'ENOENT' ? `there is no file ${path}` : `cannot read ${path}: ${error.message}`,
      exitCodes.usage,
    );
  });
}
