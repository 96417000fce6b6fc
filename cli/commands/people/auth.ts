import { cancelAccount, changePassword, regenerateToken } from '../../actions/people/account.js';
import { totp } from '../../actions/people/totp.js';
import type { ActiveProfile } from '../../controller/active-profile.js';
import type { TokenInUse, WhoAmI } from '../../controller/who-am-i.js';
import type { CommandTable } from '../../command.js';
import { printable } from '../../terminal/format.js';
import { logIn, logOut, register } from '../../actions/session.js';
import { knownHostsOptions } from '../../actions/trust-git-endpoint.js';

const credentials = [
  ['--username <name>', 'asked for when not given'],
  [
    '--password <password>',
    'asked for when not given; seen by others of this machine while the command runs',
  ],
  ['--password-stdin', 'the first line of standard input; so it is anyway where there is no terminal'],
] as const;

export const auth: CommandTable = {
  register: {
    summary: 'make an account on a controller and log in',
    args: '<controller>',
    options: [
      ...credentials,
      ['--email <address>', 'asked for when not given'],
      ['--code <code>', 'invite code, or the setup code of a new controller'],
      ...knownHostsOptions,
    ],
    details:
      'The first to register is admin; later ones need an invite code (deis users:invite).\n\n' +
      'Example:\n' +
      '  deis register https://deis.example.com --username=ada --email=ada@example.com',
    run: register,
  },
  login: {
    summary: 'log in to a controller',
    args: '[controller]',
    details:
      'Without a controller: that of DEIS_CONTROLLER. In CI no login is needed: every command uses ' +
      'DEIS_CONTROLLER and\nDEIS_TOKEN of the environment, before what a login wrote.\n\nExamples:\n  deis ' +
      'login https://deis.example.com --username=ada\n  deis login https://deis.example.com --token=- < ' +
      'token-file',
    options: [
      ...credentials,
      ['--code <code>', 'of your authenticator app, or a recovery code; asked for where it is needed'],
      ['--token [-]', 'with a token of deis tokens:create; asked for, with - read from standard input'],
      ...knownHostsOptions,
    ],
    run: logIn,
  },
  logout: {
    summary: 'revoke the token and forget it',
    details: 'Example:\n  deis logout',
    run: logOut,
  },
  passwd: {
    summary: 'change your password; all other sessions and tokens end',
    details:
      'Asks for both; where there is no terminal: two lines of standard input, the old and the new.\n\n' +
      'Example:\n' +
      '  deis auth:passwd',
    run: changePassword,
  },
  totp: {
    summary: 'have your sign-in ask for a code of an authenticator app, or no more',
    args: '[action]',
    options: [['--code <code>', 'of the app, or a recovery code; asked for when not given']],
    json: true,
    details:
      'Actions: status (the default), enable and disable. The password is asked for, or is the first line of ' +
      'standard input. enable shows\na secret for the app, asks for a code of it, and then shows ten recovery codes, ' +
      'each good for one sign-in.\n\nExample:\n  deis auth:totp enable',
    run: totp,
  },
  regenerate: {
    summary: 'give this session a new token',
    options: [['--all', 'and revoke all your other tokens']],
    details: 'Example:\n  deis auth:regenerate --all',
    run: regenerateToken,
  },
  cancel: {
    summary: 'delete your account; refused while you own formations',
    options: [['--confirm <username>', 'your user name again, instead of typing it']],
    details: 'The password is asked for, or read from standard input.\n\nExample:\n  deis auth:cancel',
    run: cancelAccount,
  },
  whoami: {
    summary: 'who is logged in, and where',
    details: 'Example:\n  deis whoami',
    json: true,
    run: async (call) => {
      const { controller, source } = await call.profile();
      const user = await (await call.api()).get<WhoAmI>('/api/auth/whoami');
      call.print({ ...user, controller }, () =>
        [
          `${user.username} (${user.email}${user.is_admin ? ', admin' : ''}) at ${controller}`,
          ...describeToken(user.token, source),
        ].join('\n'),
      );
    },
  },
};

/**
 * `token ci of DEIS_TOKEN: scope deploy of peachy, good until 2026-12-31T00:00:00.000Z`; nothing of a session,
 * which may do whatever its user may.
 */
function describeToken(token: TokenInUse | undefined, source: ActiveProfile['source']): string[] {
  if (token === undefined) return [];
  const { name, scope, formation, expires_at: end } = token;
  if (source === 'profile' && scope === 'all' && end === null) return [];
  const reach = `${scope}${formation === null ? '' : ` of ${formation}`}`;
  return [
    `token ${printable(name)}${source === 'environment' ? ' of DEIS_TOKEN' : ''}: scope ${reach}, ` +
      `good until ${end ?? 'it is revoked'}`,
  ];
}
