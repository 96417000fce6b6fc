import { useState } from 'preact/hooks';
import type { Certificate } from '../../api/types.js';
import type { Listed } from '../../api/asked.js';
import { cliCommands } from '../../api/cli-commands.js';
import { addCert, removeCert, updateCert } from '../../api/app/network-requests.js';
import { Action } from '../../parts/action.js';
import { bound, Choice, Form } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { More, State, When } from '../../parts/small.js';
import { endMood } from './domain-tls.js';
import { GenerateCert } from './generate-cert.js';

interface CertsProps {
  readonly formation: string;
  readonly certs: Listed<Certificate>;
  /** One that signs itself is for them. */
  readonly hasDomains: boolean;
  readonly mayChange: boolean;
}

/** The certificates that the proxies serve, and a pair of files more. */
export function Certs({ formation, certs, hasDomains, mayChange }: CertsProps) {
  const own = certs.results.filter(({ source }) => source === 'manual').map(({ id }) => id);
  return (
    <section>
      <h2>Certificates</h2>
      {certs.count === 0 && <p>There is none yet.</p>}
      <ul class="cards">
        {certs.results.map((cert) => (
          <CertCard key={cert.id} formation={formation} cert={cert} mayChange={mayChange} />
        ))}
      </ul>
      <More shown={certs.results.length} count={certs.count} />
      {mayChange && <GenerateCert formation={formation} hasDomains={hasDomains} />}
      {mayChange && <NewCert formation={formation} own={own} />}
    </section>
  );
}

const sources: Readonly<Record<Certificate['source'], string>> = {
  manual: 'yours: you renew it',
  acme: 'ordered: the controller renews it',
  generated: 'signed by itself',
};

interface CardProps {
  readonly formation: string;
  readonly cert: Certificate;
  readonly mayChange: boolean;
}

function CertCard({ formation, cert, mayChange }: CardProps) {
  const { id, domains, expires_at: end, source, renewal } = cert;
  const mood = endMood(end, Date.now());
  return (
    <li>
      <h3>{id}</h3>
      <p>{domains.join(', ')}</p>
      <p>
        <State name={`ends ${end.slice(0, 10)}`} mood={mood} /> <span class="quiet">{sources[source]}</span>
      </p>
      {renewal !== null && (
        <p class="quiet">
          Next renewal <When at={renewal.next_at} />
          {renewal.last_attempt_at !== null && (
            <>
              , last tried <When at={renewal.last_attempt_at} />
            </>
          )}
        </p>
      )}
      {typeof renewal?.last_error === 'string' && <p class="notice bad">{renewal.last_error}</p>}
      {mayChange && (
        <Action
          label={`Remove certificate ${id}`}
          command={cliCommands.removeCert(formation, id)}
          onDo={() => goToOperation(removeCert(formation, id))}
        >
          <p>The proxies serve it no more. Its domains stay.</p>
        </Action>
      )}
    </li>
  );
}

/** A pair of PEM files, as a new certificate or in the place of an old one. */
function NewCert({ formation, own }: { formation: string; own: readonly string[] }) {
  const [instead, setInstead] = useState('');
  const [id, setId] = useState('');
  const [certificate, setCertificate] = useState('');
  const [key, setKey] = useState('');
  const places = Object.fromEntries([['', 'nothing: it is new'], ...own.map((id) => [id, id])]);
  return (
    <details>
      <summary>Add a certificate of your own</summary>
      <Form
        label={instead === '' ? 'Add certificate' : 'Replace certificate'}
        command={
          instead === '' ? cliCommands.addCert(formation, id) : cliCommands.updateCert(formation, instead)
        }
        isIdle={certificate === '' || key === ''}
        onDo={() => {
          const pair = { certificate, key };
          return goToOperation(
            instead === ''
              ? addCert(formation, { ...pair, ...(id === '' ? {} : { id }) })
              : updateCert(formation, instead, pair),
          );
        }}
      >
        {own.length > 0 && (
          <Choice label="In the place of" value={instead} of={places} onValue={setInstead} />
        )}
        {instead === '' && (
          <label>
            Its name
            <input
              {...bound(id, (name) => setId(name.trim()))}
              placeholder="its first domain"
              autocomplete="off"
              maxLength={100}
            />
          </label>
        )}
        <label class="whole">
          Certificates in PEM, the leaf first
          <textarea rows={5} {...bound(certificate, setCertificate)} />
        </label>
        <label class="whole">
          Its key in PEM, without a passphrase
          <textarea rows={5} autocomplete="off" {...bound(key, setKey)} />
        </label>
      </Form>
    </details>
  );
}
