import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "node:test";
import { gatewayRoutes } from "../../components/server/gateway";
import { containerLayout } from "../../components/server/layout";
import { resolveSpec } from "../../components/server/spec";
import { pushPaths, readPaths, unlisted } from "../../components/verify/paths";

const routes = gatewayRoutes({ spec: resolveSpec(), layout: containerLayout }, 443);

/** Queries that the gateway lets through, by service. */
const served = Object.fromEntries([...routes.matchAll(/path \/read\/(\w+)\/\*[^]*?path_regexp (\S+)/g)].map(([, service, expression]) => [service!, expression!]));

test("every push path of the gateway is tried, and no other", () => {
  const ofGateway = [...routes.matchAll(/^\t@\w+ path (.+)$/gm)].flatMap(match => match[1]!.split(" ")).filter(path => !path.startsWith("/read/") && !path.startsWith("/metrics"));
  assert.deepEqual(pushPaths.map(({ path }) => path).sort(), ofGateway.sort());
});

test("every kind of query that the gateway lets through is tried, and no other", () => {
  assert.deepEqual(Object.keys(served).sort(), Object.keys(readPaths).sort());
  for (const [service, expression] of Object.entries(served)) {
    for (const path of readPaths[service]!) assert.match(path, new RegExp(expression), service);
    for (const alternative of alternatives(expression)) assert.ok(readPaths[service]!.some(path => new RegExp(`^${alternative}$`).test(path)), `${service}: nothing tries ${alternative}`);
  }
});

test("what verify expects to be refused is not among the queries that the gateway lets through", () => {
  for (const { service, method, path } of unlisted) {
    const expression = new RegExp(served[service]!);
    const straight = posix.normalize(decodeURIComponent(path));
    const methods = service === "alertmanager" ? ["GET"] : ["GET", "POST"];
    assert.ok(!expression.test(straight) || !methods.includes(method), `${method} ${path}`);
  }
});

/** The single paths of an expression like ^(/a/(b|c)|/d)$. */
function alternatives(expression: string): string[] {
  return split(expression.slice(2, -2)).flatMap(part => {
    const [, before, inner] = /^([^(]*)\((.*)\)$/.exec(part) ?? [];
    return inner === undefined ? [part] : split(inner).map(each => before + each);
  });
}

/** At the bars that are in no brackets. */
function split(expression: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const char of expression) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (char === "|" && depth === 0) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts;
}
