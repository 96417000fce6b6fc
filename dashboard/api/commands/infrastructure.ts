import { quoted } from './shell-word.js';

/** Flavors and providers; credentials and cloud-config come from files, params as they are. */
export const infrastructureCommands = {
  createFlavor: (flavor: string, provider: string, params: object, init: string) =>
    `deis flavors:create --id=${flavor || 'NAME'} --provider=${provider || 'PROVIDER'}${launch(params, init)}`,
  updateFlavor: (flavor: string, params: object, init: string) =>
    `deis flavors:update ${flavor} --params=${quoted(JSON.stringify(params))} --init=${initOf(init)}`,
  deleteFlavor: (flavor: string) => `deis flavors:delete ${flavor}`,
  checkFlavor: (flavor: string) => `deis flavors:check ${flavor}`,
  shareFlavor: (flavor: string, formation: string) =>
    `deis flavors:share ${flavor} ${formation || 'FORMATION'}`,
  unshareFlavor: (flavor: string, formation: string) => `deis flavors:unshare ${flavor} ${formation}`,
  createProvider: (provider: string, type: string, hasCreds: boolean) =>
    [
      `deis providers:create --type=${type || 'TYPE'} --id=${provider || 'NAME'}`,
      ...(hasCreds ? ['--creds=@creds.json'] : []),
    ].join(' '),
  updateProvider: (provider: string) => `deis providers:update ${provider} --creds=@creds.json`,
  collectOrphans: (provider: string) => `deis providers:gc ${provider}`,
  deleteProvider: (provider: string) => `deis providers:delete ${provider}`,
  allowProvider: (username: string, type: string) =>
    `deis providers:allow ${username || 'USERNAME'} ${type || 'TYPE'}`,
  disallowProvider: (username: string, type: string) => `deis providers:disallow ${username} ${type}`,
} as const;

function launch(params: object, init: string): string {
  return [
    Object.keys(params).length > 0 ? ` --params=${quoted(JSON.stringify(params))}` : '',
    init === '' ? '' : ` --init=${initOf(init)}`,
  ].join('');
}

function initOf(init: string): string {
  return init === '' ? "''" : '@init.yaml';
}
