// What a client without log-in has before it: every request gets a token, and is else left as it is.

import { createServer, request as ask } from 'node:http';
import { once } from 'node:events';

/** Starts it on a free port of the loopback interface, which is the public one of the server behind it. */
export async function startProxy() {
  let target;
  const proxy = createServer((request, response) => {
    // The name of the host stays, as it does with a proxy that is told to keep it.
    const headers = { ...request.headers, authorization: `Bearer ${target.token}` };
    const { method, url: path } = request;
    const passed = ask({ host: '127.0.0.1', port: target.port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    passed.on('error', () => response.destroy());
    // A client that goes away is gone for the server, too. After the end of an answer its connection may be another request's.
    response.on('close', () => response.writableFinished || passed.destroy());
    request.pipe(passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${proxy.address().port}/mcp`,
    /** Passes on to this port, with this token. */
    to(port, token) {
      target = { port, token };
    },
    stop() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
