import {
  readHealthChecks,
  readLimits,
  readMaintenance,
  readProxy,
  readTags,
  readTimeouts,
} from '../../api/app/setting-requests.js';
import { listNodes } from '../../api/requests.js';
import { Loading, Problem } from '../../parts/small.js';
import { useOnce } from '../../parts/use-once.js';
import type { FormationProps } from '../formation.js';
import { tagsOfNodes } from '../tags/tag-edits.js';
import { Tags } from '../tags/tags.js';
import { HealthChecks } from './health-checks.js';
import { Limits } from './limits.js';
import { Maintenance } from './maintenance.js';
import { Proxy } from './proxy.js';
import { Timeouts } from './timeouts.js';

/** What is read once, with the tags that changes of it name: whoever types must not lose it to a later reading. */
async function readAll(formation: string) {
  const [maintenance, limits, checks, timeouts, tags, nodes, proxy] = await Promise.all([
    readMaintenance(formation),
    readLimits(formation),
    readHealthChecks(formation),
    readTimeouts(formation),
    readTags(formation),
    listNodes(formation),
    readProxy(formation),
  ]);
  return { maintenance, limits, checks, timeouts, tags, offered: tagsOfNodes(nodes.results), proxy };
}

/** What containers may use, where they run, how they show that they are well and stop, and what proxies do. */
export function Settings({ formation: { id, scale, may } }: FormationProps) {
  const { value, problem } = useOnce(() => readAll(id));
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="its settings" />;
  const ofTypes = { formation: id, types: Object.keys(scale), mayChange: may.includes('deploy') };
  return (
    <>
      <Maintenance
        {...ofTypes}
        enabled={value.maintenance.enabled}
        page={value.proxy.value.error_page['maintenance']}
      />
      <p class="quiet">
        A change of limits, health checks, times to stop or tags cuts a release and deploys it; those of
        maintenance and of the proxies concern the proxies alone.
      </p>
      <Limits {...ofTypes} read={value.limits} />
      <HealthChecks {...ofTypes} read={value.checks} />
      <Timeouts {...ofTypes} read={value.timeouts} />
      <Tags {...ofTypes} read={value.tags} offered={value.offered} />
      <Proxy formation={id} read={value.proxy} mayChange={may.includes('network')} />
    </>
  );
}
