import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ResolvedSpec } from "../../components/server/spec";
import { freePort } from "./harness/free-ports";
import { eventually } from "./harness/command";
import { nameOf, panelData, runPanels, specOf, storesOf, summary, type Outcome, type Stores } from "./harness/panels";
import { startProcesses, type ProcessServer } from "./harness/processes";
import { applicationLabels, missingForSpringBoot, startApplications, use, type Application, type RunningApplications } from "./harness/spring-boot";

/** What an application that sends its metrics over OTLP does not show; the panels say why. */
const notOverOtlp = ["Spring Boot / How long requests take A", "Spring Boot / Starts C"];

/** What neither this application nor its host can show; panels.test.ts makes these faults: an alert, a disk that fills, a failed unit, lines with a release, an address with a certificate. */
const notOfThis = ["Overview / Firing alerts A", "Host / Failed units A", "Host / First disk full in A", "Host / File systems C", "Errors / Errors E", ...["A", "B", "C", "D"].map(refId => `Overview / Addresses asked ${refId}`)];

describe("a real Spring Boot application", async () => {
  const missing = await missingForSpringBoot();
  if (missing && process.env.CI === "true") throw new Error(`These tests must run in CI, but: ${missing}.`);
  const options = missing ? { skip: missing } : {};

  let server: ProcessServer | undefined;
  let running: RunningApplications | undefined;
  let spec: ResolvedSpec;
  let stores: Stores;
  let applications: Application[];

  before(async () => {
    if (missing) return;
    server = await startProcesses({ leaveOut: ["grafana"] });
    spec = specOf(server);
    stores = storesOf(spec);
    applications = [
      { service: "orders", port: await freePort(), metrics: "scraped" },
      { service: "orders-otlp", port: await freePort(), metrics: "otlp" },
    ];
    running = await startApplications(spec, applications, { port: await freePort() });
    await use(applications, 100);
  });
  after(async () => {
    await running?.stop();
    await server?.stop();
  });

  const empty = (outcomes: Outcome[]) => outcomes.filter(({ result }) => result !== "data").map(outcome => `${nameOf(outcome)}${outcome.result === "failed" ? `: ${outcome.seen}` : ""}`);

  it("fills every panel of its dashboard when its renamed actuator path is scraped", options, async () => {
    const outcomes = await runPanels(spec, stores, { only: ["springBoot"], chosen: { ...applicationLabels, service: "orders" } });
    console.log(`scraped: ${summary(outcomes)}`);
    assert.deepEqual(empty(outcomes), []);
  });

  it("fills them when it sends metrics over OTLP, in the same units", options, async () => {
    const outcomes = await runPanels(spec, stores, { only: ["springBoot"], chosen: { ...applicationLabels, service: "orders-otlp" } });
    console.log(`OTLP: ${summary(outcomes)}`);
    assert.deepEqual(empty(outcomes), notOverOtlp);
    // The same work takes about as long, however its duration travels.
    const mean = async (service: string) => {
      const routes = await panelData(spec, stores, "springBoot", "Routes", { refId: "C", chosen: { service } });
      return Number(routes.find(({ metric }) => metric!.uri === "/report/{id}")!.value![1]);
    };
    const [scraped, sent] = [await mean("orders"), await mean("orders-otlp")];
    assert.ok(scraped / sent < 10 && sent / scraped < 10, `scraped ${scraped} s, sent ${sent} s`);
  });

  it("fills Overview, Services, Logs, Errors and Traces", options, async () => {
    const outcomes = await runPanels(spec, stores, { only: ["overview", "services", "logs", "errors", "traces", "host"], chosen: { environment: "prod", host: "orders-1" } });
    console.log(summary(outcomes));
    assert.deepEqual(empty(outcomes).filter(name => !notOfThis.includes(name)), []);
  });

  it("counts a request as failed whose exception Spring turned into an answer, though its span says no error", options, async () => {
    const span = 'span_name="http post /orders/{id}/pay", service_name="orders"';
    const ask = async (query: string) => ((await (await fetch(`${stores.prometheus}/api/v1/query?${new URLSearchParams({ query })}`)).json()) as { data: { result: unknown[] } }).data.result.length;
    assert.equal(await ask(`traces_spanmetrics_calls_total{${span}, status_code="STATUS_CODE_ERROR"}`), 0);
    assert.equal(await ask(`traces_spanmetrics_calls_total{${span}, outcome="SERVER_ERROR"}`), 1);
    const failing = await panelData(spec, stores, "services", "Operations", { refId: "B", chosen: { service: "orders" } });
    const share = (operation: string) => Number(failing.find(({ metric }) => metric!.span_name === `http ${operation}`)?.value?.[1]);
    assert.deepEqual(["post /orders/{id}/pay", "post /orders/{id}/cancel", "get /orders/{id}"].map(share), [1, 1, 0]);
  });

  it("shows its slow statement in the words of the program", options, async () => {
    const found = await panelData(spec, stores, "services", "SQL statements slower than $slower", { chosen: { service: "orders" } });
    assert.match(JSON.stringify(found), /select count\(\*\) from system_range/);
  });

  it("has exemplars that lead to traces", options, async () => {
    const id = await eventually("an exemplar", async () => {
      const query = 'http_server_requests_seconds_bucket{service_name="orders"}';
      const answer = await fetch(`${stores.prometheus}/api/v1/query_exemplars?${new URLSearchParams({ query, start: String(Date.now() / 1000 - 600), end: String(Date.now() / 1000) })}`);
      const { data } = (await answer.json()) as { data: { exemplars: { labels: Record<string, string> }[] }[] };
      return data.flatMap(({ exemplars }) => exemplars).map(({ labels }) => labels.trace_id).find(Boolean);
    }, { seconds: 30 });
    assert.equal((await fetch(`${stores.tempo}/api/v2/traces/${id}`, { headers: { accept: "application/json" } })).status, 200);
  });

  it("has errors as one row each, with a stack trace of several lines behind it, and the way to the trace", options, async () => {
    const rows = (await panelData(spec, stores, "errors", "Errors", { chosen: { service: "orders" } })).map(({ metric }) => metric!.error!);
    assert.deepEqual(rows.sort(), ["java.lang.IllegalStateException: Order # is already sent", "주문 # 결제 실패: card declined"]);
    const lines = await panelData(spec, stores, "logs", "Lines", { chosen: { service: "orders", level: "error", search: "결제 실패" } });
    const [stream] = lines;
    assert.match(stream!.values![0]![1], /^주문 \d+ 결제 실패: card declined\nexample\.Orders\$PaymentFailed.*\n\tat /);
    assert.equal((await fetch(`${stores.tempo}/api/v2/traces/${stream!.stream!.trace_id}`, { headers: { accept: "application/json" } })).status, 200);
  });
});
