/** Words that stand for a command. */
export const shortcuts: Readonly<Record<string, string>> = {
  register: 'auth:register',
  login: 'auth:login',
  logout: 'auth:logout',
  whoami: 'auth:whoami',
  create: 'formations:create',
  info: 'formations:info',
  balance: 'formations:balance',
  calculate: 'formations:calculate',
  converge: 'formations:converge',
  destroy: 'formations:destroy',
  run: 'formations:run',
  logs: 'formations:logs',
  open: 'formations:open',
  scale: 'containers:scale',
  ps: 'containers:list',
  rollback: 'releases:rollback',
};
