import type { FunctionComponent } from 'preact';
import type { Action, Formation as FormationJson, User } from '../api/types.js';
import { readFormation } from '../api/requests.js';
import { linkTo, tabs, type Tab } from '../parts/route.js';
import { Loading, Problem } from '../parts/small.js';
import { useLive } from '../parts/use-live.js';
import { Alerts } from './alerts/alerts.js';
import { Build } from './builds/build.js';
import { Builds } from './builds/builds.js';
import { Config } from './config/config.js';
import { Guests } from './guests/guests.js';
import { Layers } from './layers/layers.js';
import { Logs } from './logs/logs.js';
import { Operation } from './operations/operation.js';
import { Operations } from './operations/operations.js';
import { Overview } from './overview/overview.js';
import { Releases } from './releases/releases.js';
import { Metrics } from './metrics/metrics.js';
import { Domains } from './network/domains.js';
import { Scale } from './scale.js';
import { Services } from './services/services.js';
import { Settings } from './settings/settings.js';
import { FormationAudit } from './people/formation-audit.js';
import { People } from './people/people.js';
import { Terminal } from './terminal/terminal.js';

/** What each screen of a formation shows: as it was read last, and a way to read it again. */
export interface FormationProps {
  readonly formation: FormationJson;
}

interface Place {
  readonly tab: Tab;
  readonly item: string | undefined;
  /** Whose screen it is. */
  readonly user: User;
}

const titles: Readonly<Record<Tab, string>> = {
  overview: 'Overview',
  scale: 'Scale',
  layers: 'Layers',
  guests: 'Guests',
  builds: 'Builds',
  releases: 'Releases',
  operations: 'Operations',
  logs: 'Logs',
  config: 'Config',
  domains: 'Domains',
  services: 'Services',
  settings: 'Settings',
  people: 'People',
  metrics: 'Metrics',
  alerts: 'Alerts',
  terminal: 'Terminal',
  audit: 'Audit',
};

/** Screens that are of no use to those who may do none of this: they see no way there. */
const needs: Partial<Record<Tab, readonly Action[]>> = {
  scale: ['scale', 'infrastructure'],
  layers: ['infrastructure'],
  guests: ['infrastructure'],
  terminal: ['run'],
  audit: ['share'],
};

/** A screen that a formation on the nodes of another has not. */
const ofHosts: readonly Tab[] = ['guests'];
/** Screens that say why they are not here. */
const ofNodes: readonly Tab[] = ['layers', 'guests'];

/** The screens that are of use to somebody; before it is known what they may, those that need nothing. */
function shownTabs(formation: FormationJson | undefined): readonly Tab[] {
  const may = formation?.may ?? [];
  const isGuest = typeof formation?.on === 'string';
  return tabs.filter(
    (tab) =>
      (needs[tab]?.some((action) => may.includes(action)) ?? true) && !(isGuest && ofHosts.includes(tab)),
  );
}

/** One formation: its head, its tabs, and the screen of one of them. */
export function Formation({ name, ...shownPlace }: Place & { readonly name: string }) {
  const { tab } = shownPlace;
  const { value, problem } = useLive(name, () => readFormation(name));
  return (
    <>
      <p class="crumbs">
        <a href="#/">Formations</a>
      </p>
      <h1>{name}</h1>
      <nav aria-label="Of this formation" class="tabs">
        {shownTabs(value).map((each) => (
          <a key={each} href={linkTo(name, each)} aria-current={each === tab ? 'page' : undefined}>
            {titles[each]}
          </a>
        ))}
      </nav>
      <Problem of={problem} />
      {value === undefined ? (
        problem === undefined && <Loading what={name} />
      ) : (
        <Screen formation={value} {...shownPlace} />
      )}
    </>
  );
}

/** Of a screen that somebody came to by its address. */
function NotHere({ formation: { on, may } }: FormationProps) {
  if (on === null || !may.includes('infrastructure')) return <p>Your role changes no nodes here.</p>;
  return (
    <p>
      It lives on the nodes of {on}: who else lives there is changed at {on}.
    </p>
  );
}

type ScreenProps = FormationProps & Omit<Place, 'tab'>;

/** The screen of each tab; of some, one thing that the address names has a screen of its own. */
const screens: Readonly<Record<Tab, FunctionComponent<ScreenProps>>> = {
  overview: Overview,
  scale: Scale,
  layers: ({ formation, user }) => <Layers formation={formation} username={user.username} />,
  guests: ({ formation, user }) => <Guests formation={formation} isAdmin={user.is_admin} />,
  builds: ({ formation, item }) =>
    item === undefined ? (
      <Builds formation={formation} />
    ) : (
      <Build formation={formation} id={item} key={item} />
    ),
  releases: Releases,
  operations: ({ formation, item }) =>
    item === undefined ? (
      <Operations formation={formation} />
    ) : (
      <Operation formation={formation} id={item} key={item} />
    ),
  logs: Logs,
  config: Config,
  domains: Domains,
  services: Services,
  settings: Settings,
  people: ({ formation, user }) => <People formation={formation} username={user.username} />,
  metrics: Metrics,
  alerts: Alerts,
  terminal: Terminal,
  audit: FormationAudit,
};

function Screen({ tab, ...props }: FormationProps & Place) {
  if (ofNodes.includes(tab) && !shownTabs(props.formation).includes(tab))
    return <NotHere formation={props.formation} />;
  const Shown = screens[tab];
  return <Shown {...props} />;
}
