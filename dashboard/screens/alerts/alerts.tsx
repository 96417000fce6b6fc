import { listAlertRules, listFiredAlerts, listHooks } from '../../api/app/alert-requests.js';
import { Loading, Problem } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';
import { Fired } from './fired.js';
import { Hooks } from './hooks.js';
import { Rules } from './rules.js';

/** What is and was the matter, of what somebody is told, and who. */
export function Alerts({ formation: { id, may } }: FormationProps) {
  const mayChange = may.includes('network');
  const { value, problem, reload } = useLive(id, async () => {
    const [fired, rules, hooks] = await Promise.all([listFiredAlerts(id), listAlertRules(id), listHooks(id)]);
    return { fired, rules, hooks };
  });
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="its alerts" />;
  const { fired, rules, hooks } = value;
  return (
    <>
      <Problem of={problem} />
      <Fired formation={id} alerts={fired} hasRules={rules.count > 0} />
      <Rules formation={id} rules={rules} mayChange={mayChange} onChanged={reload} />
      <Hooks formation={id} hooks={hooks} mayChange={mayChange} onChanged={reload} />
    </>
  );
}
