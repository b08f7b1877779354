import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { datasourceUid } from "../../components/dashboards/datasources";
import { dashboardTable, dashboardUid } from "../../components/dashboards";
import { identity } from "../../components/server/labels";
import { variableOf } from "../../components/dashboards/selectors";
import { resolveSpec } from "../../components/server/spec";
import { dashboardsOf, filesOf, servers, strings, type RenderedDashboard, type RenderedPanel } from "./rendered";

const showsNumbers = ["timeseries", "stat", "bargauge", "heatmap"];

function each(check: (panel: RenderedPanel, dashboard: RenderedDashboard, where: string) => void, spec = {}): void {
  for (const dashboard of dashboardsOf(spec)) for (const panel of dashboard.panels) if (panel.type !== "row") check(panel, dashboard, `${dashboard.title} / ${panel.title}`);
}

describe("the dashboards", () => {
  it("are the eight and one for each cloud that is asked, each in the file of its uid", () => {
    const everything = filesOf(servers["datasources of every cloud"]);
    assert.deepEqual(Object.keys(everything), Object.values(dashboardUid).map(uid => `${uid}.json`));
    assert.deepEqual(Object.keys(filesOf()), Object.keys(everything).slice(0, 8));
    for (const [file, text] of Object.entries(everything)) assert.equal(`${(JSON.parse(text) as RenderedDashboard).uid}.json`, file);
  });

  it("are the same bytes for the same spec", () => {
    assert.deepEqual(filesOf(), filesOf());
  });

  it("all have environment, cloud, host and service, several or all at once, and keep them and the time from one to the other", () => {
    for (const dashboard of dashboardsOf()) {
      const [menu] = dashboard.links;
      assert.deepEqual([menu!.type, menu!.includeVars, menu!.keepTime], ["dashboards", true, true], dashboard.title);
      assert.ok(menu!.tags.every(tag => dashboard.tags.includes(tag)));
      for (const label of identity) {
        const variable = dashboard.templating.list.find(({ name }) => name === variableOf[label]);
        assert.deepEqual([variable?.multi, variable?.includeAll, variable?.allValue], [true, true, ".*"], `${dashboard.title} ${label}`);
        assert.match((variable!.query as { query: string }).query, new RegExp(`^label_values\\(.+, ${label}\\)$`));
      }
    }
  });

  for (const [name, spec] of Object.entries(servers)) {
    describe(`of a server with ${name}`, () => {
      it("have panels with an id of their own, side by side within 24 columns", () => {
        for (const dashboard of dashboardsOf(spec)) {
          const ids = dashboard.panels.map(panel => panel.id);
          assert.equal(new Set(ids).size, ids.length, dashboard.title);
          const taken = new Map<string, string>();
          for (const { title, gridPos: { x, y, w, h } } of dashboard.panels) {
            assert.ok(x >= 0 && w >= 1 && x + w <= 24 && h >= 1, `${dashboard.title} / ${title}: x ${x}, w ${w}`);
            for (let column = x; column < x + w; column++)
              for (let line = y; line < y + h; line++) {
                const cell = `${column},${line}`;
                assert.equal(taken.get(cell), undefined, `${dashboard.title}: "${title}" is over "${taken.get(cell)}"`);
                taken.set(cell, title);
              }
          }
        }
      });

      it("fill every line of the screen, whatever is left out", () => {
        for (const dashboard of dashboardsOf(spec)) {
          const width = new Map<number, number>();
          for (const { gridPos } of dashboard.panels) width.set(gridPos.y, (width.get(gridPos.y) ?? 0) + gridPos.w);
          for (const [line, columns] of width) assert.equal(columns, 24, `${dashboard.title}, line ${line}`);
        }
      });

      it("have panels with a title of their own", () => {
        for (const { title, panels } of dashboardsOf(spec)) {
          const titles = panels.filter(panel => panel.type !== "row").map(panel => panel.title);
          assert.deepEqual(titles.filter((each, i) => titles.indexOf(each) !== i), [], title);
        }
      });

      it("say on each panel what it tells and where it comes from, in a unit", () => {
        each((panel, _dashboard, where) => {
          assert.ok(panel.title, where);
          assert.match(panel.description ?? "", /^[\s\S]{12,}\n\nSource: .+$/, where);
          if (showsNumbers.includes(panel.type)) assert.ok(panel.fieldConfig?.defaults.unit, `${where} has no unit`);
        }, spec);
      });

      it("have thresholds of their own, for Grafana's are red from 80 on, whatever the value is", () => {
        each(({ type, fieldConfig, options }, _dashboard, where) => {
          if (![...showsNumbers, "table"].includes(type)) return;
          const steps = fieldConfig?.defaults.thresholds?.steps.length ?? 0;
          assert.ok(steps > 0, `${where} has no thresholds`);
          if (type === "stat") assert.equal(options!.colorMode, steps > 1 ? "background" : "value", where);
        }, spec);
      });

      it("say what is wrong before what is normal", () => {
        const judges = ({ fieldConfig }: RenderedPanel) => (fieldConfig?.defaults.thresholds?.steps.length ?? 0) > 1 || (fieldConfig?.overrides ?? []).some(({ properties }) => properties.some(({ id }) => id === "thresholds"));
        const ofFaults = new Set(dashboardTable(resolveSpec(spec)).filter(({ emptyWhenHealthy }) => emptyWhenHealthy).map(({ dashboard, panel }) => `${dashboard} / ${panel}`));
        for (const dashboard of dashboardsOf(spec)) {
          const [first] = dashboard.panels.filter(({ type }) => type !== "row");
          assert.ok(judges(first!) || ofFaults.has(`${dashboard.title} / ${first!.title}`), `${dashboard.title} begins with ${first!.title}`);
        }
      });

      it("ask only datasources that the server has", () => {
        const there = Object.entries(datasourceUid).filter(([service]) => !(spec.leaveOut ?? []).includes(service as "tempo")).map(([, uid]) => uid as string);
        each((panel, dashboard, where) => {
          assert.ok(panel.targets?.length, `${where} asks nothing`);
          // A cloud's is chosen by a variable, among the datasources of one kind.
          const chosen = dashboard.templating.list.filter(variable => variable.type === "datasource").map(({ name, query }) => [`\${${name}}`, query]);
          const present = ({ type, uid }: { type: string; uid: string }) => there.includes(uid) || chosen.some(([variable, kind]) => variable === uid && kind === type);
          for (const { datasource } of panel.targets!) assert.ok(present(datasource), `${where}: ${datasource.uid}`);
          assert.ok(present(panel.datasource!) || panel.datasource!.uid === "-- Mixed --", where);
        }, spec);
      });

      it("use only variables that are there", () => {
        // Grafana's own; $1 is a group in a replacement of a LogQL template, PROP a property in a label of CloudWatch.
        const builtIn = /^(__.+|\d+|PROP)$/;
        for (const dashboard of dashboardsOf(spec)) {
          const names = dashboard.templating.list.map(variable => variable.name);
          for (const [path, text] of strings(dashboard))
            for (const [, braced, plain] of text.matchAll(/\$(?:\{(\w+)[^}]*\}|(\w+))/g)) assert.ok(names.includes(braced ?? plain!) || builtIn.test(braced ?? plain!), `${dashboard.title}${path}: ${text}`);
        }
      });

      it("lead only to dashboards that are there, with variables that those have", () => {
        const all = dashboardsOf(spec);
        let links = 0;
        for (const dashboard of all)
          for (const [path, text] of strings(dashboard.panels)) {
            const [, uid] = /^\/d\/([^?]+)\?/.exec(text) ?? [];
            if (!uid) continue;
            links++;
            const to = all.find(other => other.uid === uid);
            assert.ok(to, `${dashboard.title}${path}: no dashboard ${uid}`);
            for (const [, variable] of text.matchAll(/[?&]var-(\w+)=/g)) assert.ok(to.templating.list.some(({ name }) => name === variable), `${dashboard.title}${path}: ${uid} has no variable ${variable}`);
            assert.match(text, /\$\{__url_time_range\}/);
            for (const name of Object.values(variableOf)) assert.ok(text.includes(`\${${name}:queryparam}`) || text.includes(`var-${name}=`), `${path} loses ${name}`);
          }
        assert.ok(links > 20, `${links} links`);
      });

      it("link from columns and labels that are there", () => {
        each((panel, _dashboard, where) => {
          const columns = Object.values(panel.transformations?.find(({ id }) => id === "organize")?.options.renameByName ?? {});
          for (const [, text] of strings(panel)) for (const [, column] of text.matchAll(/__data\.fields\["([^"]+)"\]/g)) assert.ok(columns.includes(column!), `${where}: no column ${column}`);
          const labels = [...text(panel).matchAll(/__field\.labels\.(\w+)/g)].map(match => match[1]!);
          const asked = panel.targets!.map(target => target.expr ?? "").join("\n");
          for (const label of labels) assert.ok(asked.includes(label), `${where}: no label ${label}`);
        }, spec);
      });

      it("name each column of a table by a query or label that is there", () => {
        each((panel, _dashboard, where) => {
          if (panel.type !== "table" || !panel.transformations) return;
          const renamed = panel.transformations.find(({ id }) => id === "organize")!.options.renameByName!;
          const ids = panel.targets!.map(target => target.refId);
          for (const field of Object.keys(renamed)) {
            const value = /^Value #(.)$/.exec(field);
            if (value) assert.ok(ids.includes(value[1]!), `${where}: ${field}`);
            else if (field !== "Value") for (const target of panel.targets!) assert.match(target.expr ?? target.azureResourceGraph!.query, new RegExp(`\\b${field}\\b`), `${where}: query ${target.refId} has no ${field}`);
          }
          for (const { matcher } of panel.fieldConfig!.overrides) assert.ok(Object.values(renamed).includes(matcher.options), `${where}: no column ${matcher.options}`);
        }, spec);
      });
    });
  }

  it("lead on from each value of the overview to its detail", () => {
    const overview = dashboardsOf().find(({ uid }) => uid === dashboardUid.overview)!;
    for (const { type, title, fieldConfig, transformations } of overview.panels.filter(panel => panel.type !== "row")) {
      if (type !== "table") assert.ok(fieldConfig?.defaults.links?.length, title);
      const columns = type === "table" ? new Set(Object.values(transformations!.find(({ id }) => id === "organize")!.options.renameByName!)) : [];
      for (const column of columns) {
        const links = fieldConfig!.overrides.find(({ matcher }) => matcher.options === column)?.properties.find(({ id }) => id === "links")?.value as unknown[] | undefined;
        assert.ok(links?.length, `${title} / ${column}`);
      }
    }
  });

  it("say nothing of Tempo where there is none", () => {
    for (const [file, content] of Object.entries(filesOf({ leaveOut: ["tempo"] }))) assert.doesNotMatch(content, /tempo/i, file);
    assert.deepEqual(dashboardsOf({ leaveOut: ["tempo"] }).map(({ title }) => title), ["Overview", "Host", "Spring Boot", "Logs", "Errors", "Monitoring server"]);
  });

  it("keep the ids of their panels when a service is left out, so that links to a panel stay right", () => {
    const idsOf = (spec: object) => new Map(dashboardsOf(spec).flatMap(({ uid, panels }) => panels.map(panel => [`${uid}/${panel.id}`, panel.title] as const)));
    const all = idsOf({});
    for (const [id, title] of idsOf({ leaveOut: ["tempo", "alertmanager"] })) assert.equal(all.get(id), title);
  });

  it("hold each service's own limit, and the server's own labels", () => {
    const content = filesOf({ memory: 8192, environment: "ops", host: "mon-7" })["lgtm-server.json"]!;
    assert.match(content, /service_name=\\"loki\\".*\/ 2415919104/);
    assert.match(content, /environment=\\"ops\\", cloud=\\"local\\", host=\\"mon-7\\"/);
  });
});

function text(panel: RenderedPanel): string {
  return JSON.stringify(panel);
}
