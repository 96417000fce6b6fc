import { useState } from 'preact/hooks';
import type { Certificate } from '../../api/types.js';
import type { Listed } from '../../api/asked.js';
import { cliCommands } from '../../api/cli-commands.js';
import { addCert, removeCert, updateCert } from '../../api/app/network-requests.js';
import { Action } from '../../parts/action.js';
import { bound, Choice, Form } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { More, State, When } from '../../parts/small.js';
import { newPair, sentPair, type TypedPair } from './cert-edits.js';
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
  const [typed, setTyped] = useState(newPair);
  const places = Object.fromEntries([['', 'nothing: it is new'], ...own.map((id) => [id, id])]);
  const isNew = instead === '';
  const { id, ...pair } = sentPair(typed);
  return (
    <details>
      <summary>Add a certificate of your own</summary>
      <Form
        label={isNew ? 'Add certificate' : 'Replace certificate'}
        command={isNew ? cliCommands.addCert(formation, id) : cliCommands.updateCert(formation, instead)}
        isIdle={typed.certificate === '' || typed.key === ''}
        onDo={() =>
          goToOperation(isNew ? addCert(formation, sentPair(typed)) : updateCert(formation, instead, pair))
        }
      >
        {own.length > 0 && (
          <Choice label="In the place of" value={instead} of={places} onValue={setInstead} />
        )}
        <PairFields isNew={isNew} typed={typed} onTyped={setTyped} />
      </Form>
    </details>
  );
}

interface PairProps {
  readonly isNew: boolean;
  readonly typed: TypedPair;
  readonly onTyped: (typed: TypedPair) => void;
}

function PairFields({ isNew, typed, onTyped }: PairProps) {
  const field = (name: keyof TypedPair) =>
    bound(typed[name], (value) => onTyped({ ...typed, [name]: value }));
  return (
    <>
      {isNew && (
        <label>
          Its name
          <input {...field('id')} placeholder="its first domain" autocomplete="off" maxLength={100} />
        </label>
      )}
      <label class="whole">
        Certificates in PEM, the leaf first
        <textarea rows={5} {...field('certificate')} />
      </label>
      <label class="whole">
        Its key in PEM, without a passphrase
        <textarea rows={5} autocomplete="off" {...field('key')} />
      </label>
    </>
  );
}
