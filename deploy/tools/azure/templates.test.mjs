import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { faults, read, templates } from "./templates.mjs";

const files = templates(fileURLToPath(new URL("../../azure", import.meta.url)));
const all = files.map(([, source]) => source).join("\n");

test("the templates can be read and fit each other", () => {
  assert.ok(files.length > 5);
  assert.deepEqual(faults(files), []);
});

test("faults of templates are found", () => {
  const main = "param a string\nmodule m 'x.bicep' = {\n  params: { b: a }\n}\noutput o string = m.outputs.o\n";
  const x = "param b string\nparam c int = 1\noutput o string = '${b}${c}'\n";
  assert.deepEqual(faults([["main.bicep", main], ["x.bicep", x]]), []);
  for (const [what, changed, fault] of [
    ["a brace", [main.replace("\n}", "\n"), x], /can't be read/],
    ["a module", [main.replace("x.bicep", "y.bicep"), x], /y.bicep isn't there/],
    ["a parameter that is missing", [main.replace("b: a", "c: a"), x], /b is missing/],
    ["a parameter too many", [main.replace("b: a", "b: a, d: a"), x], /d is no parameter/],
    ["a name", [main.replace("m.outputs", "n.outputs"), x], /n is declared nowhere/],
    ["a parameter for nothing", [main, x.replace("${c}", "")], /c is never used/],
  ]) {
    assert.match(faults([["main.bicep", changed[0]], ["x.bicep", changed[1]]]).join("\n"), fault, what);
  }
});

test("nobody's address is kept", () => {
  assert.match(all, /DisableIpMasking: false/);
  assert.match(all, /httpLoggingEnabled: false/);
  assert.doesNotMatch(all, /category: 'AppService(HTTP|IPSecAudit|AuditLogs)|categoryGroup: 'allLogs'/);
});

test("nothing is open that need not be", () => {
  for (const line of [
    "httpsOnly: true", "minTlsVersion: '1.2'", "ftpsState: 'Disabled'", "azureADOnlyAuthentication: true", "minimalTlsVersion: '1.2'",
    "enableRbacAuthorization: true", "enablePurgeProtection: true", "adminUserEnabled: false", "alwaysOn: true", "healthCheckPath: '/readyz'",
  ]) {
    assert.ok(all.includes(line), line);
  }
  assert.doesNotMatch(all, /administratorLoginPassword|allowAllWindowsAzureIps|startIpAddress/i);
});

test("each kind of resource has one version of its interface", () => {
  const versions = new Map();
  for (const [name, source] of files) {
    for (const { type } of read(name, source).resources) {
      const [kind, version] = type.split("@");
      const provider = kind.split("/")[0] === "Microsoft.Insights" ? kind : kind.split("/")[0];
      assert.equal(versions.get(provider) ?? version, version, `${name}: ${type}`);
      versions.set(provider, version);
    }
  }
});
