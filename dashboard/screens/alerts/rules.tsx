import { useState } from 'preact/hooks';
import { removeAlertRule, testAlertRule } from '../../api/app/alert-requests.js';
import type { Listed } from '../../api/asked.js';
import { cliCommands } from '../../api/cli-commands.js';
import type { AlertRule } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { Opened } from '../../parts/opened.js';
import { More } from '../../parts/small.js';
import { ruleInWords } from './rule-edits.js';
import { NewRule } from './rule-form.js';

interface RulesProps {
  readonly formation: string;
  readonly rules: Listed<AlertRule>;
  readonly mayChange: boolean;
  readonly onChanged: () => void;
}

/** Of what hooks are told. */
export function Rules({ formation, rules, mayChange, onChanged }: RulesProps) {
  return (
    <section>
      <h2>Rules</h2>
      {rules.count === 0 && <p>There is none.</p>}
      <ul class="cards">
        {rules.results.map((rule) => (
          <RuleCard key={rule.name} {...{ formation, rule, mayChange, onChanged }} />
        ))}
      </ul>
      <More shown={rules.results.length} count={rules.count} />
      {mayChange && (
        <Opened label="New alert" onDone={onChanged}>
          {(onDone) => <NewRule formation={formation} onDone={onDone} />}
        </Opened>
      )}
    </section>
  );
}

type CardProps = Omit<RulesProps, 'rules'> & { readonly rule: AlertRule };

function RuleCard({ formation, rule, mayChange, onChanged }: CardProps) {
  const { name, kind } = rule;
  return (
    <li>
      <h3>
        {name} {name !== kind && <small class="quiet">{kind}</small>}
      </h3>
      <p>Told when {ruleInWords(rule)}.</p>
      {mayChange && <RuleActions {...{ formation, name, onChanged }} />}
    </li>
  );
}

function RuleActions({
  formation,
  name,
  onChanged,
}: Pick<RulesProps, 'formation' | 'onChanged'> & { name: string }) {
  /** Hooks that the last test is sent to. */
  const [told, setTold] = useState<number>();
  return (
    <>
      <div class="buttons">
        <Action
          label={`Test alert ${name}`}
          command={cliCommands.testAlert(formation, name)}
          onDo={async () => setTold(await testAlertRule(formation, name))}
        >
          <p>Each hook is sent a message that says that it is a test.</p>
        </Action>
        <Action
          label={`Remove alert ${name}`}
          command={cliCommands.removeAlert(formation, name)}
          onDo={() => removeAlertRule(formation, name).then(onChanged)}
        >
          <p>It no longer tells anyone, and what it found is forgotten.</p>
        </Action>
      </div>
      {told !== undefined && (
        <p class="notice" role="status">
          {told === 0
            ? 'There is no hook to tell.'
            : `A test goes to ${told === 1 ? 'one hook' : `${told} hooks`}: see what came of it below.`}
        </p>
      )}
    </>
  );
}
