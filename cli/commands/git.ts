import type { Formation } from '../controller/api-types.js';
import type { CommandTable } from '../command.js';
import { setGitRemote } from '../git/git-remote.js';
import { refreshGitEndpoint } from '../actions/session.js';
import { knownHostsOptions } from '../actions/trust-git-endpoint.js';

export const git: CommandTable = {
  remote: {
    summary: "make the repository's remote `deis` point to a formation",
    options: knownHostsOptions,
    details: 'Example:\n  deis git:remote --formation=peachy-waxworks',
    onFormation: true,
    run: async (call) => {
      const { controller } = await call.profile();
      const formation = await (await call.api()).get<Formation>(await call.formationPath());
      await setGitRemote(call.terminal.cwd, formation.git_url, call.output, { replace: true });
      await refreshGitEndpoint(call, controller);
    },
  },
};
