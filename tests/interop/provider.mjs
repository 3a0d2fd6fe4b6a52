// A real OpenID provider with the users of the notes example: tokens of RFC 9068 or opaque ones, by resource.

import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import Provider from 'oidc-provider';

/** Who may log in, and which scopes they may be granted. */
const ACCOUNTS = {
  alice: { tenant_id: 'acme', roles: ['manager'], scopes: ['read:tools', 'write:tools'] },
  bob: { tenant_id: 'acme', roles: ['user'], scopes: ['read:tools', 'write:tools'] },
  // An admin to whom the provider does not grant the scope of admins.
  erin: { tenant_id: 'acme', roles: ['admin'], scopes: ['read:tools'] },
  carol: { tenant_id: 'globex', roles: ['admin', 'manager'], scopes: ['read:tools', 'write:tools', 'admin'] },
};

/** The client that asks about opaque tokens. */
export const RESOURCE_SERVER = { id: 'notes-server', secret: randomUUID() };
/** A client that acts in its own name. */
export const SERVICE = { id: 'nightly-job', secret: randomUUID() };

const ALL_SCOPES = 'read:tools write:tools admin';

/** Starts it on a free port of the loopback interface. */
export async function startProvider() {
  const stored = new Map();
  let keys = [newKey()];
  let provider;
  const server = createServer((request, response) => provider.callback()(request, response));
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const build = () => {
    provider = new Provider(issuer, configuration(keys, stored));
    provider.use(logIn(() => provider));
    provider.on('server_error', (_, error) => console.error('provider:', error));
  };
  build();
  return {
    issuer,
    /** Signs with a new key from now on; the old one stays in the key set, or does not. */
    rotate({ keepOld }) {
      keys = keepOld ? [newKey(), ...keys] : [newKey()];
      build();
    },
    stop: () => server.close(),
  };
}

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

function configuration(keys, stored) {
  return {
    jwks: { keys },
    adapter: adapter(stored),
    scopes: ['openid', 'offline_access', ...ALL_SCOPES.split(' ')],
    clientDefaults: { token_endpoint_auth_method: 'none' },
    clients: [
      {
        client_id: RESOURCE_SERVER.id,
        client_secret: RESOURCE_SERVER.secret,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: [],
        response_types: [],
        redirect_uris: [],
      },
      {
        client_id: SERVICE.id,
        client_secret: SERVICE.secret,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      },
    ],
    findAccount: (_, id) => ACCOUNTS[id] && { accountId: id, claims: () => ({ sub: id }) },
    extraTokenClaims(_, token) {
      const { tenant_id, roles } = ACCOUNTS[token.accountId] ?? {};
      return { tenant_id, roles };
    },
    interactions: { url: (_, interaction) => `/log-in/${interaction.uid}` },
    issueRefreshToken: () => true,
    pkce: { required: () => true },
    ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 3600, Interaction: 600, RefreshToken: 3600, Session: 3600, IdToken: 600 },
    cookies: { keys: ['test-only'] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: (_, client) => client.clientId === RESOURCE_SERVER.id },
      registration: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          audience: resource,
          scope: ALL_SCOPES,
          accessTokenFormat: new URL(resource).searchParams.has('opaque') || resource.endsWith('/opaque') ? 'opaque' : 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}

/** Logs in whoever `login_hint` names, and consents to all that this user may be granted. */
function logIn(provider) {
  return async (context, next) => {
    if (!context.path.startsWith('/log-in/')) return next();
    const { req: request, res: response } = context;
    const interaction = await provider().interactionDetails(request, response);
    const { prompt, params, session } = interaction;
    let result;
    if (prompt.name === 'login') {
      result = { login: { accountId: params.login_hint ?? 'alice' } };
    } else {
      const accountId = session.accountId;
      const grant = new (provider().Grant)({ accountId, clientId: params.client_id });
      const asked = (params.scope ?? '').split(' ');
      const general = ['openid', 'offline_access'];
      const own = asked.filter((scope) => ACCOUNTS[accountId].scopes.includes(scope));
      const foreign = asked.filter((scope) => !own.includes(scope) && !general.includes(scope));
      // Scopes of a resource are scopes of the provider too, or clients could not register for them.
      grant.addOIDCScope([...own, ...asked.filter((scope) => general.includes(scope))].join(' '));
      grant.rejectOIDCScope(foreign.join(' '));
      for (const resource of [params.resource].flat().filter(Boolean)) {
        grant.addResourceScope(resource, own.join(' '));
        grant.rejectResourceScope(resource, foreign.join(' '));
      }
      result = { consent: { grantId: await grant.save() } };
    }
    await provider().interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    context.respond = false;
  };
}

/** Keeps everything in one map, so that it survives a rotation. */
function adapter(stored) {
  return class {
    constructor(model) {
      this.model = model;
      this.key = (id) => `${model}:${id}`;
    }
    async upsert(id, { ...payload }) {
      // The SDKs register for the scopes of their first challenge; whoever steps up asks for more.
      if (this.model === 'Client') delete payload.scope;
      stored.set(this.key(id), payload);
      if (payload.uid) stored.set(this.key(`uid:${payload.uid}`), id);
      if (payload.grantId) stored.set(`${this.key('grant')}:${payload.grantId}:${id}`, this.key(id));
    }
    async find(id) {
      return stored.get(this.key(id));
    }
    async findByUid(uid) {
      return this.find(stored.get(this.key(`uid:${uid}`)));
    }
    async findByUserCode() {}
    async consume(id) {
      stored.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
    }
    async destroy(id) {
      stored.delete(this.key(id));
    }
    async revokeByGrantId(grantId) {
      for (const [name, key] of stored) {
        if (name.startsWith(`${this.key('grant')}:${grantId}:`)) stored.delete(key);
      }
    }
  };
}
