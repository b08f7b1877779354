import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { folderProblem, serverFolder, stateHome } from "../../components/local/folder";
import { asLabel, localSpec } from "../../components/local/defaults";
import { resolveSpec } from "../../components/server/spec";

describe("the folder of a server", () => {
  it("is the user's state folder, or where PULUMI_LGTM_HOME says", () => {
    assert.equal(stateHome({ PULUMI_LGTM_HOME: "/a", XDG_STATE_HOME: "/b" }), "/a/pulumi-lgtm");
    assert.equal(stateHome({ XDG_STATE_HOME: "/b" }), "/b/pulumi-lgtm");
    assert.match(stateHome({}), /\/\.local\/state\/pulumi-lgtm$/);
    assert.equal(serverFolder("local", { PULUMI_LGTM_HOME: "/a" }), "/a/pulumi-lgtm/local");
  });

  it("may have letters of any language", () => {
    assert.equal(folderProblem("/home/홍길동/.local/state/pulumi-lgtm/local"), undefined);
    assert.equal(folderProblem("/home/müller/x_y-z.1/~a@b"), undefined);
  });

  it("is refused where a program's configuration would break on it, with the character", () => {
    assert.match(folderProblem("/home/a b")!, /has " " in it/);
    for (const odd of ["'", '"', "{", "#", "$", ";", "\\", "\n"]) assert.match(folderProblem(`/home/a${odd}b`)!, /in it\. Allowed/);
  });

  it("is refused when a socket in it could not have its name, with the way out", () => {
    assert.match(folderProblem(`/${"x".repeat(90)}`)!, /has 91 bytes\. Allowed: up to 81.*PULUMI_LGTM_HOME/);
    assert.equal(folderProblem(`/${"x".repeat(80)}`), undefined);
    assert.match(folderProblem("relative")!, /an absolute path/);
  });
});

describe("the defaults of this machine", () => {
  it("need no root and name the machine", () => {
    const spec = resolveSpec(localSpec({}, "my-laptop.local"));
    assert.equal(spec.ports.https, 8443);
    assert.equal(spec.ports.grafana, 8443);
    assert.deepEqual([spec.environment, spec.cloud, spec.host], ["local", "local", "my-laptop"]);
    assert.deepEqual(spec.addresses, ["localhost", "127.0.0.1"]);
  });

  it("give way to what is given, key by key", () => {
    const spec = resolveSpec(localSpec({ host: "box", ports: { grafana: 8080 }, environment: undefined }, "ignored"));
    assert.deepEqual([spec.host, spec.environment, spec.ports.https, spec.ports.grafana], ["box", "local", 8443, 8080]);
  });

  it("do not stand in the way of a domain", () => {
    assert.deepEqual(resolveSpec(localSpec({ domain: "mon.example.com", tls: "own-ca" }, "x")).addresses, ["mon.example.com"]);
  });

  it("make a label of any host name", () => {
    assert.equal(asLabel("Anna's MacBook.fritz.box"), "Anna-s-MacBook");
    assert.equal(asLabel("컴퓨터"), "localhost");
    assert.equal(asLabel("x".repeat(80)).length, 63);
  });
});
