import { useEffect, useState } from 'preact/hooks';
import { arrive } from './api/arrive.js';
import { whenSignedOut } from './api/client.js';
import type { Info, User } from './api/types.js';
import { readInfo, signOut } from './api/requests.js';
import { useDoing } from './parts/action.js';
import { useRoute, type Route } from './parts/route.js';
import { Loading, Problem } from './parts/small.js';
import { Account } from './screens/account/account.js';
import { Flavors } from './screens/flavors/flavors.js';
import { Formation } from './screens/formation.js';
import { Formations } from './screens/formations/formations.js';
import { Platform } from './screens/platform/platform.js';
import { SignIn } from './screens/sign-in/sign-in.js';

/** Who is there: unknown at first, then a user, or somebody who has to sign in. */
type Visitor =
  | { readonly is: 'unknown' }
  | { readonly is: 'user'; readonly user: User }
  | { readonly is: 'stranger'; readonly info: Info; readonly isAgain: boolean };

/** The page. The route stays what it is while somebody signs in again. */
export function App() {
  const [visitor, setVisitor] = useState<Visitor>({ is: 'unknown' });
  const [problem, setProblem] = useState<Error>();
  // What went wrong with a sign-in from which the browser comes back.
  const [setback, setSetback] = useState<Error>();
  const { route, fragment } = useRoute();
  const askToSignIn = (isAgain: boolean): void =>
    void readInfo().then((info) => setVisitor({ is: 'stranger', info, isAgain }), setProblem);
  const enter = (user: User): void => {
    setSetback(undefined);
    setVisitor({ is: 'user', user });
    whenSignedOut(() => askToSignIn(true));
  };
  useEffect(() => {
    void arrive().then(({ user, problem: what }) => {
      if (user === undefined) askToSignIn(false);
      else enter(user);
      setSetback(what);
    });
  }, []);
  if (visitor.is === 'unknown')
    return <main>{problem ? <Problem of={problem} /> : <Loading what="who you are" />}</main>;
  if (visitor.is === 'stranger')
    return <SignIn info={visitor.info} isAgain={visitor.isAgain} setback={setback} onSignedIn={enter} />;
  return <Page user={visitor.user} route={route} fragment={fragment} setback={setback} />;
}

/** The screens beside those of a formation, and what they are called. */
function rooms({ username, is_admin: isAdmin }: User): readonly (readonly [Route['screen'], string])[] {
  return [
    ['formations', 'Formations'],
    ['flavors', 'Flavors'],
    ...(isAdmin ? ([['platform', 'Platform']] as const) : []),
    ['account', username],
  ];
}

interface PageProps {
  readonly user: User;
  readonly route: Route;
  readonly fragment: string;
  readonly setback: Error | undefined;
}

/** The content says by `data-place` which fragment it shows. */
function Page({ user, route, fragment, setback }: PageProps) {
  const leaving = useDoing(signOut, () => location.reload());
  return (
    <>
      <a class="skip" href="#content" onClick={skipToContent}>
        Skip to the content
      </a>
      <header>
        <nav aria-label="Main">
          <a href="#/" class="brand">
            Deis
          </a>
          {rooms(user).map(([screen, title]) => (
            <a
              key={screen}
              href={screen === 'formations' ? '#/' : `#/${screen}`}
              aria-current={route.screen === screen ? 'page' : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
        <button type="button" disabled={leaving.isBusy} onClick={leaving.run}>
          Sign out
        </button>
      </header>
      <main id="content" tabIndex={-1} data-place={fragment}>
        <Problem of={leaving.problem ?? (fragment === '' ? setback : undefined)} />
        <Screen user={user} route={route} />
      </main>
    </>
  );
}

/** The fragment is the route: it stays. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Screen({ user, route }: { user: User; route: Route }) {
  switch (route.screen) {
    case 'formations':
      return <Formations username={user.username} />;
    case 'account':
      return <Account user={user} />;
    case 'flavors':
      return <Flavors user={user} />;
    case 'platform':
      return <Platform user={user} />;
    case 'formation':
      return (
        <Formation
          name={route.formation}
          tab={route.tab}
          item={route.item}
          user={user}
          key={route.formation}
        />
      );
  }
}
