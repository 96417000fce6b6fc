import type { Formation } from '../controller/api-types.js';
import type { CommandTable } from '../command.js';
import { setGitRemote } from '../git/git-remote.js';
import { tokenSsh, tokenUrl, useTokenSsh } from '../git/token-ssh.js';
import { refreshGitEndpoint } from '../actions/session.js';
import { knownHostsOptions } from '../actions/trust-git-endpoint.js';

export const git: CommandTable = {
  remote: {
    summary: "make the repository's remote `deis` point to a formation",
    options: [
      ...knownHostsOptions,
      ['--with-token', 'push with the token in DEIS_TOKEN instead of a key, as CI does'],
    ],
    details:
      'Examples:\n  deis git:remote --formation=peachy-waxworks\n' +
      '  deis git:remote --formation=peachy-waxworks --with-token --known-hosts=yes',
    onFormation: true,
    run: async (call) => {
      const { controller } = await call.profile();
      const formation = await (await call.api()).get<Formation>(await call.formationPath());
      const { cwd } = call.terminal;
      const url = call.flag('withToken') ? tokenUrl(formation.git_url) : formation.git_url;
      const program = call.flag('withToken') ? tokenSsh(url) : undefined;
      const isThere = await setGitRemote(cwd, url, call.output, { replace: true });
      if (isThere && program !== undefined) await useTokenSsh(cwd, program);
      await refreshGitEndpoint(call, controller);
    },
  },
};
