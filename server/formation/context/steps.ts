/**
 * The steps of each operation kind, in order. Every one is entered each time, also when there is nothing to
 * do in it: tests stop the controller at them by these names, and people read them in the event stream.
 */
export const deploySteps = ['probe', 'prefetch', 'release', 'start', 'switch', 'live'] as const;
/** `quiet` has something to do where proxies go and others stay. */
export const scaleLayersSteps = [
  'launch',
  'boot',
  'converge',
  'quiet',
  'deploy',
  'drain',
  'terminate',
] as const;
export const convergeSteps = ['probe', 'converge'] as const;
export const whyRunSteps = ['compare'] as const;
/**
 * `close` and `empty`, and between them those of a deploy where containers must move, are of nodes that run some;
 * `quiet`
 * has something to do on a proxy that reboots.
 */
export const upgradeSteps = ['close', 'empty', 'upgrade', 'quiet', 'reboot', 'converge', 'open'] as const;
export const retireSteps = ['drain', 'remove'] as const;
export const destroySteps = ['terminate', 'clean'] as const;

/** What a deploy enters to end a release phase that must not go on. */
export const stopPhaseStep = 'stop-release';

/** What an app's first deploy enters when it is live, where its app.json has a command for that. */
export const postdeployStep = 'postdeploy';

/** What it enters to end that command when it must not go on. */
export const stopPostdeployStep = 'stop-postdeploy';

/** What a deploy enters before its containers start, where the formation is attached to others. */
export const servicesStep = 'services';

/** What a deploy enters when it puts things back, and a scale of layers whose proxies stay after all. */
export const undoStep = 'undo';

/** What a deploy enters that moves a formation to another host, between its switch and its release being live. */
export const passOnStep = 'pass-on';

/** The steps of a move beside those of a deploy, and of what ends it. */
export const moveSteps = { ready: 'ready', leave: 'leave', settle: 'settle' } as const;

/** What a formation enters whose nodes have changed, where others live on them. */
export const guestsStep = 'guests';

export type DeployStep = (typeof deploySteps)[number];
export type ScaleLayersStep = (typeof scaleLayersSteps)[number];
