// What `jose` makes of tokens. The first line of the input is a JSON object with the issuer's keys and what is accepted; each
// further line is a token as a JSON string. For each, a line says `ok`, or why not.

import { createInterface } from "node:readline";
import { createLocalJWKSet, jwtVerify } from "jose";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { keys, now, ...options } = JSON.parse((await lines.next()).value);
const keySet = createLocalJWKSet(keys);
options.currentDate = new Date(now * 1000);

for await (const line of lines) {
  let verdict = "ok";
  try {
    await jwtVerify(JSON.parse(line), keySet, options);
  } catch (error) {
    verdict = error.code ?? error.name;
  }
  process.stdout.write(`${verdict}\n`);
}
