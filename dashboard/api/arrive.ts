import { confirmIdentity, finishSignIn } from './people/identity-requests.js';
import { readUser } from './requests.js';
import { returned } from './returned.js';
import type { User } from './types.js';

/** Who is there as the page opens, and what went wrong on the way. */
export interface Arrival {
  readonly user?: User;
  readonly problem?: Error;
}

/** From a provider the browser comes back with an answer: it is given to the API, and leaves the address bar. */
export async function arrive(): Promise<Arrival> {
  const back = returned(location.search);
  if (back === undefined) return present();
  history.replaceState(null, '', `/${location.hash}`);
  try {
    if (!back.isLink) {
      const { user, return_to: place } = await finishSignIn(back.query);
      return backAt(place, { user });
    }
    return backAt((await confirmIdentity(back.query)).return_to, await present());
  } catch (error) {
    return { ...(await present()), problem: error as Error };
  }
}

async function present(): Promise<Arrival> {
  return readUser().then(
    (user) => ({ user }),
    () => ({}),
  );
}

/** The place is a fragment: it leads nowhere else. */
function backAt(place: string, arrival: Arrival): Arrival {
  if (place.startsWith('#/')) location.hash = place;
  return arrival;
}
