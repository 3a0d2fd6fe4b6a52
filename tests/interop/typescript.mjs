// The TypeScript SDKs, each with its own names for the same things.

import * as v2 from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Application } from './oauth.mjs';

const NAME = { name: 'interop', version: '1.0.0' };

/** Version 1 of the SDK, which speaks the protocol with sessions. */
export const version1 = (url) =>
  connectWith(url, {
    client: () => new Client(NAME),
    transport: (application) => new StreamableHTTPClientTransport(new URL(url), { authProvider: application }),
    needsLogIn: (error) => error instanceof UnauthorizedError,
    finish: (transport, callback) => transport.finishAuth(callback.get('code')),
    // It refreshes its token to step up, which brings no more scopes, and gives up.
    isStuck: (error) => /after trying upscoping/.test(error.message),
  });

/** Version 2, in the era that `mode` names. */
export const version2 = (url, mode) =>
  connectWith(url, {
    client: () => new v2.Client(NAME, { versionNegotiation: { mode } }),
    transport: (application) => new v2.StreamableHTTPClientTransport(new URL(url), { authProvider: application }),
    needsLogIn: (error) => error instanceof v2.UnauthorizedError,
    finish: (transport, callback) => transport.finishAuth(callback),
    isStuck: () => false,
  });

function connectWith(url, sdk) {
  return async (user) => {
    const application = new Application(user);
    let transport;
    let client;
    /** Does something that may need a log-in first: then once more after it. */
    const loggingIn = async (action) => {
      try {
        return await action();
      } catch (error) {
        const callback = sdk.needsLogIn(error) && application.takeCallback();
        if (!callback) throw error;
        await sdk.finish(transport, callback);
        return action();
      }
    };
    /** The same for somebody who begins anew where the SDK does not get any further. */
    const insisting = async (action) => {
      try {
        return await loggingIn(action);
      } catch (error) {
        if (!sdk.isStuck(error)) throw error;
        application.forgetTokens();
        return loggingIn(action);
      }
    };
    await loggingIn(async () => {
      transport = sdk.transport(application);
      client = sdk.client();
      await client.connect(transport);
    });
    return {
      asked: application.asked,
      tools: async () => (await loggingIn(() => client.listTools())).tools.map((tool) => tool.name),
      call: (name, args) => insisting(() => client.callTool({ name, arguments: args })),
      spoilAccessToken: () => application.spoilAccessToken(),
      close: () => client.close(),
    };
  };
}
