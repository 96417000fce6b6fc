import { async, listOf, of, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type {
  AutoCertificates,
  Certificate,
  Domain,
  GeneratedCert,
  NewCertificate,
  Operation,
} from '../types.js';

export const listDomains = (formation: string): Promise<Listed<Domain>> =>
  answerOf(api.GET('/api/formations/{formation}/domains', listOf(formation)));
export const addDomain = (formation: string, domain: string): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/domains', { ...of(formation), ...async, body: { domain } }));
export const removeDomain = (formation: string, domain: string): Promise<Operation> =>
  answerOf(
    api.DELETE('/api/formations/{formation}/domains/{domain}', {
      params: { path: { formation, domain } },
      ...async,
    }),
  );

export const listCerts = (formation: string): Promise<Listed<Certificate>> =>
  answerOf(api.GET('/api/formations/{formation}/certs', listOf(formation)));
/** In PEM; the key is sent once and never read back. */
export const addCert = (formation: string, body: NewCertificate): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/certs', { ...of(formation), ...async, body }));
export const updateCert = (
  formation: string,
  cert: string,
  body: Omit<NewCertificate, 'id'>,
): Promise<Operation> =>
  answerOf(
    api.PATCH('/api/formations/{formation}/certs/{cert}', {
      params: { path: { formation, cert } },
      ...async,
      body,
    }),
  );
export const removeCert = (formation: string, cert: string): Promise<Operation> =>
  answerOf(
    api.DELETE('/api/formations/{formation}/certs/{cert}', {
      params: { path: { formation, cert } },
      ...async,
    }),
  );
export const generateCert = (formation: string, body: GeneratedCert): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/generated-certs', { ...of(formation), ...async, body }));

export const readAutoCerts = (formation: string): Promise<AutoCertificates> =>
  answerOf(api.GET('/api/formations/{formation}/auto-certs', of(formation)));
export const changeAutoCerts = (formation: string, enabled: boolean): Promise<Operation> =>
  answerOf(
    api.POST('/api/formations/{formation}/auto-certs', { ...of(formation), ...async, body: { enabled } }),
  );
export const refreshAutoCerts = (formation: string): Promise<AutoCertificates> =>
  answerOf(api.POST('/api/formations/{formation}/auto-certs/refresh', { ...of(formation), body: {} }));
