// What `make audit` does: known weaknesses of what the program is made of, and secrets in the tree and its history. A finding
// is mended, or accepted in accepted.json with a reason and a day on which that ends. It runs from the repository's top.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [govulncheck, gitleaks] = process.argv.slice(2);
const temporary = mkdtempSync(join(tmpdir(), "audit-"));
const accepted = JSON.parse(readFileSync(new URL("accepted.json", import.meta.url), "utf8"));
const today = new Date().toISOString().slice(0, 10);
const faults = [];
const notRun = [];

/** A finding fails unless it is accepted. Its id says what it is about, and nothing of a secret. */
function find(tool, id, what) {
  const entry = accepted.find((each) => each.tool === tool && each.id === id);
  if (entry) entry.used = true;
  else faults.push(`${tool}: ${id}: ${what}`);
}

function run(command, args) {
  return spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 30 });
}

/** Go's own database, of which only what the program calls is told. GOVULNDB names a mirror, such as file:///path. */
function weaknessesOfGo() {
  const database = process.env.GOVULNDB ? ["-db", process.env.GOVULNDB] : [];
  const { status, stdout, stderr } = run(govulncheck, ["-format", "json", ...database, "./..."]);
  if (status !== 0) {
    notRun.push(`govulncheck: ${stderr.trim().split("\n").at(-1)}; GOVULNDB=file:///path names a copy of https://vuln.go.dev`);
    return;
  }
  const called = new Set();
  // The output is one object after another, each of which begins with a brace of its own line.
  for (const text of stdout.split(/^(?=\{)/m).filter((each) => each.trim())) {
    const { finding } = JSON.parse(text);
    if (finding?.trace?.[0]?.function) called.add(`${finding.osv} in ${finding.trace[0].module}, fixed in ${finding.fixed_version ?? "none"}`);
  }
  for (const each of called) find("govulncheck", each.split(" ")[0], each);
  console.log(`govulncheck: ${called.size} weaknesses that are called`);
}

/** Looks for secrets in every commit. Who accepts one accepts that text in that file, wherever it stands in it. */
function secrets() {
  const report = join(temporary, "secrets.json");
  const { status, stderr } = run(gitleaks, ["git", "--no-banner", "--log-level", "error", "--exit-code", "0", "--report-path", report, "."]);
  if (status !== 0) {
    notRun.push(`gitleaks: ${stderr.trim().split("\n").at(-1)}`);
    return;
  }
  const found = new Set();
  for (const { RuleID, File, Secret } of JSON.parse(readFileSync(report, "utf8"))) {
    const digest = createHash("sha256").update(Secret).digest("hex").slice(0, 16);
    found.add(`${File} ${RuleID} ${digest}`);
  }
  for (const id of found) find("gitleaks", id, "looks like a secret");
  console.log(`gitleaks: ${found.size} texts that look like secrets, in all commits`);
}

/** What is shipped to browsers, and what only builds and tests it. */
function weaknessesOfPackages(of, args) {
  const { stdout } = run("npm", ["--prefix", "extension", "audit", "--json", ...args]);
  let answer = {};
  try {
    answer = JSON.parse(stdout);
  } catch {
    // The registry's answer is told below.
  }
  if (!answer.vulnerabilities) {
    notRun.push(`npm audit of what is ${of}: ${answer.message ?? "the registry has no audit"}`);
    return;
  }
  const found = new Map();
  for (const { via } of Object.values(answer.vulnerabilities)) {
    for (const each of via.filter((one) => typeof one === "object")) found.set(each.url, `${each.severity}: ${each.name}: ${each.title} (${of})`);
  }
  for (const [id, what] of found) find("npm audit", id, what);
  console.log(`npm audit of what is ${of}: ${found.size} weaknesses`);
}

try {
  weaknessesOfGo();
  secrets();
  weaknessesOfPackages("shipped", ["--omit=dev"]);
  weaknessesOfPackages("installed", []);
} finally {
  rmSync(temporary, { recursive: true });
}
console.log("gosec: runs with make lint");
for (const { tool, id, until, reason, used } of accepted) {
  if (!reason || !/^\d{4}-\d{2}-\d{2}$/.test(until)) faults.push(`accepted.json: ${tool} ${id} has no reason or no end`);
  else if (until < today) faults.push(`accepted.json: ${tool} ${id} was accepted until ${until}`);
  else if (!used && !notRun.some((each) => each.startsWith(tool))) faults.push(`accepted.json: ${tool} ${id} is found no more; take it out`);
}
for (const each of notRun) console.error(`NOT RUN: ${each}`);
for (const each of faults) console.error(`FAILED: ${each}`);
if (faults.length || notRun.length) process.exit(1);
console.log("PASSED: audit");
