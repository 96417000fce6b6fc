import { spawn } from 'node:child_process';
import type { Formation } from '../../controller/api-types.js';
import type { Call } from '../../call.js';
import { CliError, exitCodes } from '../../terminal/errors.js';

/** `deis open`: the address as data; a browser only where somebody sits before a screen. */
export async function openApp(call: Call): Promise<void> {
  const formation = await (await call.api()).get<Formation>(await call.formationPath());
  const [url] = formation.urls;
  if (url === undefined) throw noAddress(formation);
  call.print({ url }, () => url);
  if (call.wantsJson) return;
  if (new URL(url).hostname.endsWith('.mock.invalid'))
    return call.output.raw('stderr', `${formation.id} is on paper (provider mock): nothing answers there\n`);
  const { env } = call.terminal;
  const opener =
    process.platform === 'darwin'
      ? 'open'
      : env['DISPLAY'] || env['WAYLAND_DISPLAY']
        ? 'xdg-open'
        : undefined;
  if (opener === undefined || !call.terminal.interactive || !/^https?:\/\//.test(url)) return;
  // Where there is no such program, the address is on the screen already.
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

function noAddress({ id, domains, on }: Formation): CliError {
  if (domains.length === 0 && typeof on === 'string')
    return new CliError(
      `${id} answers to no name yet: it lives on the nodes of ${on}, whose proxies know it by its names`,
      exitCodes.conflict,
      { details: [`deis domains:add NAME -f ${id}`] },
    );
  return domains.length === 0
    ? new CliError(`${id} has no address yet: it has no proxy node`, exitCodes.conflict, {
        details: ['deis layers:scale proxy=1'],
      })
    : new CliError(
        `${id} answers to ${domains.join(', ')} alone, which is not an address to open`,
        exitCodes.conflict,
        {
          details: ['deis domains:add NAME'],
        },
      );
}
