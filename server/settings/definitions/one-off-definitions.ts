import { count, seconds } from '../setting-schemas.js';

/** The settings of one-off commands. */
export const oneOffDefinitions = {
  DEIS_RELEASE_SECONDS: {
    schema: seconds.prefault('3600'),
    help: 'the release phase of an app must be done within, and postdeploy of its app.json',
  },
  DEIS_FORMATION_RUNS: {
    schema: count.prefault('50'),
    help: 'one-off commands (`deis run`) of one formation at once',
  },
  DEIS_USER_RUNS: {
    schema: count.prefault('20'),
    help: 'one-off commands of one user at once, in all formations',
  },
};
