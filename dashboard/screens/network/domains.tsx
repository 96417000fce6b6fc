import { useState } from 'preact/hooks';
import type { AutoCertificates } from '../../api/types.js';
import { cliCommands } from '../../api/cli-commands.js';
import {
  addDomain,
  changeAutoCerts,
  listCerts,
  listDomains,
  readAutoCerts,
  refreshAutoCerts,
  removeDomain,
} from '../../api/app/network-requests.js';
import { Action } from '../../parts/action.js';
import { bound, Form } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { Loading, More, Problem, State } from '../../parts/small.js';
import { Table } from '../../parts/table.js';
import { useLive } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';
import { Certs } from './certs.js';
import { domainsWithTls, type DomainTls } from './domain-tls.js';

/** Names that the app answers to, and its certificates. */
export function Domains({ formation }: FormationProps) {
  const { id, may } = formation;
  const mayChange = may.includes('network');
  const { value, problem, reload } = useLive(id, async () => {
    const [domains, certs, auto] = await Promise.all([listDomains(id), listCerts(id), readAutoCerts(id)]);
    return { domains, certs, auto };
  });
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="its domains" />;
  const { domains, certs, auto } = value;
  return (
    <>
      <Problem of={problem} />
      <h2>Domains</h2>
      <DomainTable
        formation={id}
        rows={domainsWithTls(domains.results, certs.results, auto)}
        mayChange={mayChange}
      />
      <More shown={domains.results.length} count={domains.count} />
      {mayChange && <NewDomain formation={id} />}
      <Ordering formation={id} auto={auto} mayChange={mayChange} onRefreshed={reload} />
      <Certs formation={id} certs={certs} hasDomains={domains.count > 0} mayChange={mayChange} />
    </>
  );
}

interface TableProps {
  readonly formation: string;
  readonly rows: readonly DomainTls[];
  readonly mayChange: boolean;
}

function DomainTable({ formation, rows, mayChange }: TableProps) {
  if (rows.length === 0) return <p>There is none, so the app answers to every name.</p>;
  return (
    <Table label="Domains" heads={['Domain', 'TLS', ...(mayChange ? ['Actions'] : [])]}>
      {rows.map((row) => (
        <DomainRow key={row.domain} formation={formation} row={row} mayChange={mayChange} />
      ))}
    </Table>
  );
}

/** A state that means nothing by itself is said in words. */
const words: Partial<Record<DomainTls['state'], string>> = {
  yours: 'a certificate of your own',
  wildcard: 'cannot be ordered',
};

function DomainRow({ formation, row, mayChange }: Omit<TableProps, 'rows'> & { row: DomainTls }) {
  const { domain, state, certificate, problem } = row;
  return (
    <tr>
      <th scope="row">{domain}</th>
      <td>
        <State name={words[state] ?? state} mood={moodOf(state)} />{' '}
        {certificate !== null && <span class="quiet">{certificate}</span>}
        {problem !== null && <p class="notice bad">{problem}</p>}
      </td>
      {mayChange && (
        <td>
          <Action
            label={`Remove ${domain}`}
            command={cliCommands.removeDomain(formation, domain)}
            onDo={() => goToOperation(removeDomain(formation, domain))}
          >
            <p>
              The proxies answer 404 to it, once the app has another domain; with none left they answer to
              all.
            </p>
          </Action>
        </td>
      )}
    </tr>
  );
}

function moodOf(state: DomainTls['state']): 'good' | 'busy' | 'bad' | 'plain' {
  if (state === 'serving' || state === 'yours') return 'good';
  if (state === 'failing') return 'bad';
  return ['delivering', 'waiting', 'signed by itself'].includes(state) ? 'busy' : 'plain';
}

function NewDomain({ formation }: { formation: string }) {
  const [domain, setDomain] = useState('');
  return (
    <Form
      label="Add domain"
      command={cliCommands.addDomain(formation, domain)}
      isIdle={domain === ''}
      onDo={() => goToOperation(addDomain(formation, domain))}
    >
      <label>
        New domain
        <input
          {...bound(domain, (typed) => setDomain(typed.trim()))}
          placeholder="www.example.com"
          maxLength={255}
        />
      </label>
    </Form>
  );
}

interface OrderingProps {
  readonly formation: string;
  readonly auto: AutoCertificates;
  readonly mayChange: boolean;
  readonly onRefreshed: () => void;
}

/** Whether the controller orders certificates. */
function Ordering({ formation, auto: { enabled, ca, names }, mayChange, onRefreshed }: OrderingProps) {
  return (
    <section>
      <h2>Ordered certificates</h2>
      <p>
        {enabled
          ? `The controller orders certificates from ${ca} and renews them.`
          : 'Certificates are in your own hands.'}
      </p>
      {mayChange && (
        <div class="buttons">
          <Action
            label={enabled ? 'Order none any more' : 'Order certificates'}
            command={cliCommands.autoCerts(formation, enabled ? 'disable' : 'enable')}
            onDo={() => goToOperation(changeAutoCerts(formation, !enabled))}
          >
            <p>
              {enabled
                ? 'Those that there are serve until they end; nothing renews them.'
                : `Each domain without a star gets one of ${ca}: its DNS must lead to the proxies, with port 80 open.`}
            </p>
          </Action>
          {names.some(({ state }) => state === 'failing') && (
            <Action
              label="Try again now"
              command={cliCommands.autoCerts(formation, 'refresh')}
              onDo={() => refreshAutoCerts(formation).then(onRefreshed)}
            >
              <p>What has failed is tried again, but for what the CA has asked to wait for.</p>
            </Action>
          )}
        </div>
      )}
    </section>
  );
}
