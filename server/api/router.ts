import { listOpenAlerts } from './app/alerts.js';
import { cancelAccount, changePassword, regenerateToken } from './people/account.js';
import { addAdmin, listAdmins, removeAdmin } from './people/admins.js';
import { allowProvider, disallowProvider, listAllowedProviders } from './infrastructure/allowed-providers.js';
import { listAudit, listFormationAudit } from './people/audit.js';
import { login, logout, register, whoami } from './people/auth.js';
import { listContainers } from './app/containers.js';
import {
  addControllerDrain,
  listControllerDrains,
  removeControllerDrain,
  showControllerDrain,
} from './app/drains.js';
import {
  listFlavorShares,
  listUsableFlavors,
  shareFlavor,
  unshareFlavor,
} from './infrastructure/flavor-shares.js';
import {
  checkFlavor,
  createFlavor,
  deleteFlavor,
  listFlavors,
  showFlavor,
  updateFlavor,
} from './infrastructure/flavors.js';
import { createFormation, destroyFormation, listFormations, showFormation } from './app/formations.js';
import { health, info } from './info.js';
import { changeQuota, listGuests, showQuota } from './infrastructure/guests.js';
import { listHosts, listHostShares, setDefaultHost, shareHost, unshareHost } from './infrastructure/hosts.js';
import { finishGuest, moveFormation } from './infrastructure/moves.js';
import { confirmIdentity, linkIdentity, listIdentities, removeIdentity } from './people/oidc/identities.js';
import { addKey, listKeys, removeKey, showKey } from './people/keys.js';
import { createLayer, destroyLayer, listLayers, showLayer, updateLayer } from './infrastructure/layers.js';
import {
  cordonNode,
  createNode,
  destroyNode,
  drainNode,
  replaceNode,
  runOnNode,
  showHostKey,
  showNodeKey,
  trustNode,
  uncordonNode,
  upgradeNode,
} from './infrastructure/node-actions.js';
import { listNodes, showNode } from './infrastructure/nodes.js';
import { cancelOperation, followOperation, showNewestEvents, showOperation } from './operations.js';
import { listOrphans, removeOrphans } from './infrastructure/orphans.js';
import { addPasskey, beginPasskey, listPasskeys, removePasskey } from './people/passkeys/passkeys.js';
import { beginPasskeySession, createPasskeySession } from './people/passkeys/passkey-sessions.js';
import { beginOidc, finishOidc } from './people/oidc/oidc-sign-in.js';
import { givePerm, listPerms, takePerm } from './people/perms.js';
import { listProviderTypes } from './infrastructure/provider-types.js';
import {
  createProvider,
  deleteProvider,
  listProviders,
  showProvider,
  updateProvider,
} from './infrastructure/providers.js';
import { apiReference } from './endpoint/document/reference.js';
import type { Route } from './endpoint/route.js';
import { createSession, endSession, listSessions } from './people/sessions.js';
import { createToken, listTokens, revokeToken } from './people/tokens.js';
import { beginTotp, confirmTotp, disableTotp, showTotp } from './people/totp.js';
import {
  acceptFormation,
  declineFormation,
  listTransfers,
  offerFormation,
  withdrawTransfer,
} from './people/transfers.js';
import { inviteUser, listUsers, setRegistration } from './people/users.js';
import { appRoutes } from './app-routes.js';

const { openApi, docs } = apiReference(() => routes);

/**
 * Every URL of the controller; a path stands before those whose `:name` would match it. Who may call, what
 * goes in and what comes out is said where the endpoint is.
 */
export const routes: readonly Route[] = [
  ['GET', '/health', health],
  ['GET', '/api/info', info],
  ['GET', '/api/openapi.json', openApi],
  ['GET', '/api/docs', docs],

  ['POST', '/api/auth/register', register],
  ['POST', '/api/auth/login', login],
  ['POST', '/api/auth/logout', logout],
  ['GET', '/api/auth/whoami', whoami],
  ['POST', '/api/auth/passwd', changePassword],
  ['POST', '/api/auth/regenerate', regenerateToken],
  ['POST', '/api/auth/cancel', cancelAccount],
  ['GET', '/api/auth/totp', showTotp],
  ['POST', '/api/auth/totp', beginTotp],
  ['POST', '/api/auth/totp/confirm', confirmTotp],
  ['POST', '/api/auth/totp/disable', disableTotp],
  ['POST', '/api/auth/oidc', beginOidc],
  ['POST', '/api/auth/oidc/finish', finishOidc],
  ['GET', '/api/auth/identities', listIdentities],
  ['POST', '/api/auth/identities', linkIdentity],
  ['POST', '/api/auth/oidc/link', confirmIdentity],
  ['DELETE', '/api/auth/identities/:identity', removeIdentity],
  ['GET', '/api/sessions', listSessions],
  ['POST', '/api/sessions', createSession],
  ['DELETE', '/api/sessions/:session', endSession],
  ['GET', '/api/passkeys', listPasskeys],
  ['POST', '/api/passkeys', addPasskey],
  ['DELETE', '/api/passkeys/:passkey', removePasskey],
  ['POST', '/api/passkey-registrations', beginPasskey],
  ['POST', '/api/passkey-challenges', beginPasskeySession],
  ['POST', '/api/passkey-sessions', createPasskeySession],
  ['GET', '/api/tokens', listTokens],
  ['POST', '/api/tokens', createToken],
  ['DELETE', '/api/tokens/:token', revokeToken],
  ['GET', '/api/users', listUsers],
  ['POST', '/api/users/invite', inviteUser],
  ['POST', '/api/users/registration', setRegistration],
  ['GET', '/api/audit', listAudit],
  ['GET', '/api/admins', listAdmins],
  ['POST', '/api/admins', addAdmin],
  ['DELETE', '/api/admins/:username', removeAdmin],
  ['GET', '/api/allowed-providers', listAllowedProviders],
  ['POST', '/api/allowed-providers', allowProvider],
  ['DELETE', '/api/allowed-providers/:username/:type', disallowProvider],

  ['GET', '/api/drains', listControllerDrains],
  ['POST', '/api/drains', addControllerDrain],
  ['GET', '/api/drains/:drain', showControllerDrain],
  ['DELETE', '/api/drains/:drain', removeControllerDrain],

  ['GET', '/api/keys', listKeys],
  ['POST', '/api/keys', addKey],
  ['GET', '/api/keys/:key', showKey],
  ['DELETE', '/api/keys/:key', removeKey],

  ['GET', '/api/providers', listProviders],
  ['POST', '/api/providers', createProvider],
  ['GET', '/api/providers/:provider', showProvider],
  ['PATCH', '/api/providers/:provider', updateProvider],
  ['DELETE', '/api/providers/:provider', deleteProvider],
  ['GET', '/api/providers/:provider/orphans', listOrphans],
  ['DELETE', '/api/providers/:provider/orphans', removeOrphans],

  ['GET', '/api/provider-types', listProviderTypes],

  ['GET', '/api/flavors', listFlavors],
  ['POST', '/api/flavors', createFlavor],
  ['GET', '/api/flavors/:flavor', showFlavor],
  ['PATCH', '/api/flavors/:flavor', updateFlavor],
  ['DELETE', '/api/flavors/:flavor', deleteFlavor],
  ['POST', '/api/flavors/:flavor/check', checkFlavor],
  ['GET', '/api/flavors/:flavor/shares', listFlavorShares],
  ['POST', '/api/flavors/:flavor/shares', shareFlavor],
  ['DELETE', '/api/flavors/:flavor/shares/:share', unshareFlavor],

  ['GET', '/api/hosts', listHosts],

  ['GET', '/api/transfers', listTransfers],
  ['POST', '/api/transfers/:transfer/accept', acceptFormation],
  ['POST', '/api/transfers/:transfer/decline', declineFormation],

  ['GET', '/api/open-alerts', listOpenAlerts],

  ['GET', '/api/formations', listFormations],
  ['POST', '/api/formations', createFormation],
  ['GET', '/api/formations/:formation', showFormation],
  ['DELETE', '/api/formations/:formation', destroyFormation],

  ['GET', '/api/formations/:formation/audit', listFormationAudit],
  ['GET', '/api/formations/:formation/perms', listPerms],
  ['POST', '/api/formations/:formation/perms', givePerm],
  ['DELETE', '/api/formations/:formation/perms/:username', takePerm],
  ['POST', '/api/formations/:formation/transfer', offerFormation],
  ['DELETE', '/api/formations/:formation/transfer', withdrawTransfer],
  ['GET', '/api/formations/:formation/flavors', listUsableFlavors],
  ['GET', '/api/formations/:formation/host-shares', listHostShares],
  ['POST', '/api/formations/:formation/host-shares', shareHost],
  ['DELETE', '/api/formations/:formation/host-shares/:username', unshareHost],
  ['POST', '/api/formations/:formation/default-host', setDefaultHost],
  ['GET', '/api/formations/:formation/guests', listGuests],
  ['GET', '/api/formations/:formation/quotas', showQuota],
  ['POST', '/api/formations/:formation/quotas', changeQuota],
  ['POST', '/api/formations/:formation/move', moveFormation],
  ['POST', '/api/formations/:formation/finish-guest', finishGuest],

  ['GET', '/api/formations/:formation/layers', listLayers],
  ['POST', '/api/formations/:formation/layers', createLayer],
  ['GET', '/api/formations/:formation/layers/:layer', showLayer],
  ['PATCH', '/api/formations/:formation/layers/:layer', updateLayer],
  ['DELETE', '/api/formations/:formation/layers/:layer', destroyLayer],
  ['GET', '/api/formations/:formation/nodes', listNodes],
  ['POST', '/api/formations/:formation/nodes', createNode],
  ['GET', '/api/formations/:formation/host-key', showHostKey],
  ['GET', '/api/formations/:formation/nodes/:node', showNode],
  ['DELETE', '/api/formations/:formation/nodes/:node', destroyNode],
  ['POST', '/api/formations/:formation/nodes/:node/replace', replaceNode],
  ['POST', '/api/formations/:formation/nodes/:node/upgrade', upgradeNode],
  ['POST', '/api/formations/:formation/nodes/:node/drain', drainNode],
  ['POST', '/api/formations/:formation/nodes/:node/cordon', cordonNode],
  ['POST', '/api/formations/:formation/nodes/:node/uncordon', uncordonNode],
  ['GET', '/api/formations/:formation/nodes/:node/host-key', showNodeKey],
  ['POST', '/api/formations/:formation/nodes/:node/trust', trustNode],
  ['POST', '/api/formations/:formation/nodes/:node/run', runOnNode],
  ['GET', '/api/formations/:formation/containers', listContainers],

  ...appRoutes,

  ['GET', '/api/operations/:operation', showOperation],
  ['GET', '/api/operations/:operation/events', followOperation],
  ['GET', '/api/operations/:operation/newest', showNewestEvents],
  ['POST', '/api/operations/:operation/cancel', cancelOperation],
];
