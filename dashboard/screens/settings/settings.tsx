import { useEffect, useState } from 'preact/hooks';
import { readHealthChecks, readLimits, type Tagged } from '../../api/setting-requests.js';
import type { HealthChecks as Checks, Limits as LimitsJson } from '../../api/types.js';
import { Loading, Problem } from '../../parts/small.js';
import type { FormationProps } from '../formation.js';
import { HealthChecks } from './health-checks.js';
import { Limits } from './limits.js';

interface Read {
  readonly limits: Tagged<LimitsJson>;
  readonly checks: Tagged<Checks>;
}

/** What containers may use, and how they show that they are well. */
export function Settings({ formation: { id, scale, may } }: FormationProps) {
  const [read, setRead] = useState<Read>();
  const [problem, setProblem] = useState<Error>();
  useEffect(() => {
    Promise.all([readLimits(id), readHealthChecks(id)]).then(
      ([limits, checks]) => setRead({ limits, checks }),
      setProblem,
    );
  }, [id]);
  if (read === undefined) return problem ? <Problem of={problem} /> : <Loading what="its settings" />;
  const types = Object.keys(scale);
  const mayChange = may.includes('deploy');
  return (
    <>
      <p class="quiet">A change cuts a release and deploys it.</p>
      <Limits formation={id} read={read.limits} types={types} mayChange={mayChange} />
      <HealthChecks formation={id} read={read.checks} types={types} mayChange={mayChange} />
    </>
  );
}
