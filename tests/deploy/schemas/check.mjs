// SPDX-License-Identifier: Apache-2.0
//
// node check.mjs DASHBOARD.json MANIFEST.json…: holds them against the types that Grafana, Kubernetes and the Prometheus operator
// publish. Each is written out as a literal with its type, so that the compiler also finds fields that no such type has;
// manifests are validated as well, for what types do not tell. Runs where node_modules is.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

const GRAFANA = "./node_modules/@grafana/schema/dist/esm/raw";
const CORE = "kubernetes-models";
const MODELS = {
  "v1/Namespace": CORE,
  "v1/ServiceAccount": CORE,
  "v1/ConfigMap": CORE,
  "apps/v1/DaemonSet": CORE,
  "networking.k8s.io/v1/NetworkPolicy": CORE,
  "monitoring.coreos.com/v1/PodMonitor": "@kubernetes-models/prometheus-operator",
  "monitoring.coreos.com/v1/PrometheusRule": "@kubernetes-models/prometheus-operator",
};
const PANELS = { stat: "Stat", table: "Table", timeseries: "TimeSeries", bargauge: "BarGauge" };

let failed = false;
// Enums are words in JSON.
const literals = [`type Wire<T> = unknown extends T ? T : T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T
  : T extends (infer U)[] ? Wire<U>[] : { [K in keyof T]: Wire<T[K]> };`];
const imports = new Map();
function typed(from, type, alias, value, name) {
  imports.set(alias, `import type { ${type} as ${alias} } from ${JSON.stringify(from)};`);
  literals.push(`// ${name}\nexport const _${literals.length}: Wire<${alias}> = ${JSON.stringify(value, null, 1)};`);
}

const [dashboardFile, ...manifests] = process.argv.slice(2);
const dashboard = JSON.parse(readFileSync(dashboardFile));
// The data source's own fields of an annotation, which the type does not know.
for (const annotation of dashboard.annotations.list) for (const own of ["expr", "step", "titleFormat", "textFormat"]) delete annotation[own];
// Panels by their own types below: the dashboard's knows their options as records only.
typed(`${GRAFANA}/dashboard/x/dashboard_types.gen.js`, "Dashboard", "Dashboard", dashboard, "the dashboard");
for (const panel of dashboard.panels.filter((panel) => panel.type !== "row")) {
  const kind = PANELS[panel.type];
  if (!kind) throw new Error(`panel ${panel.title}: no type is known for ${panel.type}`);
  const from = `${GRAFANA}/composable/${kind.toLowerCase()}/panelcfg/x/${kind}PanelCfg_types.gen.js`;
  // What is left out has a default.
  typed(from, "Options", `${kind}Options`, panel.options, panel.title);
  if (kind === "TimeSeries") typed(from, "FieldConfig", `${kind}FieldConfig`, panel.fieldConfig.defaults.custom, panel.title);
}

let objects = 0;
for (const file of manifests) {
  for (const object of JSON.parse(readFileSync(file))) {
    const id = `${object.apiVersion}/${object.kind}`;
    const name = `${basename(file)}: ${object.kind} ${object.metadata.name}`;
    if (!MODELS[id]) throw new Error(`${name}: no schema of ${id}`);
    const { [object.kind]: Model } = await import(`${MODELS[id]}/${id}`);
    typed(`${MODELS[id]}/${id}`, `I${object.kind}`, `I${object.kind}`, object, name);
    objects++;
    try {
      new Model(object).validate();
    } catch (error) {
      failed = true;
      console.error(`${name}: ${error.message}`);
    }
  }
}
if (!objects) throw new Error("no manifest was given");

writeFileSync("literals.ts", [...imports.values(), ...literals].join("\n\n") + "\n");
try {
  execFileSync("node_modules/.bin/tsc", ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "literals.ts"], { stdio: ["ignore", "pipe", "inherit"] });
} catch (error) {
  failed = true;
  console.error(String(error.stdout));
}
if (failed) process.exit(1);
console.log(`ok    schemas: ${objects} objects, the dashboard and its ${literals.length - objects - 2} options of panels`);
