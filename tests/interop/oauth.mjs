// What an application gives the TypeScript SDKs: where it keeps its registration and tokens, and how its user logs in.

import { logIn } from './browser.mjs';

const REDIRECT = 'http://127.0.0.1:1/callback';

/** An `OAuthClientProvider`, of both versions of the SDK, for one user. */
export class Application {
  /** The scopes that each log-in asked for. */
  asked = [];
  #client;
  #tokens;
  #verifier;
  #callback;
  #discovery;

  constructor(user) {
    this.user = user;
  }

  get redirectUrl() {
    return REDIRECT;
  }

  get clientMetadata() {
    return {
      client_name: 'interop',
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      // Native applications may use loopback redirects.
      application_type: 'native',
    };
  }

  clientInformation() {
    return this.#client;
  }

  saveClientInformation(client) {
    this.#client = client;
  }

  tokens() {
    return this.#tokens;
  }

  saveTokens(tokens) {
    this.#tokens = tokens;
  }

  codeVerifier() {
    return this.#verifier;
  }

  saveCodeVerifier(verifier) {
    this.#verifier = verifier;
  }

  discoveryState() {
    return this.#discovery;
  }

  saveDiscoveryState(state) {
    this.#discovery = state;
  }

  invalidateCredentials(what) {
    if (what === 'all' || what === 'tokens') this.#tokens = undefined;
    if (what === 'all' || what === 'client') this.#client = undefined;
  }

  async redirectToAuthorization(url) {
    this.asked.push(url.searchParams.get('scope'));
    this.#callback = await logIn(url, this.user, REDIRECT);
  }

  /** What came back from the last log-in; once. */
  takeCallback() {
    const callback = this.#callback;
    this.#callback = undefined;
    if (!callback) return undefined;
    const error = callback.searchParams.get('error');
    if (error) throw new Error(`the provider refuses: ${error}: ${callback.searchParams.get('error_description')}`);
    return callback.searchParams;
  }

  /** So that the next log-in is for all that is needed then. */
  forgetTokens() {
    this.#tokens = undefined;
  }

  /** As if the access token had been lost: only the refresh token is left. */
  spoilAccessToken() {
    this.#tokens = { ...this.#tokens, access_token: 'not-a-token' };
  }
}
