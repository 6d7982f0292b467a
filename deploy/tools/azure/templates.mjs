import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import { Language, Parser } from "web-tree-sitter";

const require = createRequire(import.meta.url);
await Parser.init();
const parser = new Parser();
parser.setLanguage(
  await Language.load(join(dirname(require.resolve("tree-sitter-bicep/package.json")), "tree-sitter-bicep.wasm")),
);

/** The templates and parameter files below a directory, by their paths in it. */
export function templates(directory) {
  return readdirSync(directory, { recursive: true })
    .filter((name) => /\.bicep(param)?$/.test(name))
    .sort()
    .map((name) => [name, readFileSync(join(directory, name), "utf8")]);
}

/** Names that a template may use without declaring them: functions and namespaces of the language. */
const builtIn = new Set(
  (
    "az sys resourceGroup subscription tenant environment deployment uniqueString take union guid replace empty string " +
    "subscriptionResourceId resourceId loadTextContent toLower toUpper range contains length concat true false null"
  ).split(" "),
);

function* nodes(node) {
  yield node;
  for (const child of node.namedChildren) yield* nodes(child);
}

const text = (node) => node.text.replace(/^'|'$/g, "");

/** What a template declares and uses, and its faults. */
export function read(name, source) {
  // The grammar lacks what assigns parameters, which is written as a variable is.
  const assigns = name.endsWith(".bicepparam");
  const tree = parser.parse(assigns ? source.replace(/^param /gm, "var ") : source);
  const found = { name, faults: [], params: new Map(), declared: new Set(), used: new Set(), modules: [], resources: [], using: "" };
  for (const node of nodes(tree.rootNode)) {
    if (node.isError || node.isMissing) found.faults.push(`line ${node.startPosition.row + 1} can't be read: ${node.text.slice(0, 60)}`);
  }
  for (const statement of tree.rootNode.namedChildren) declaration(statement, found);
  for (const node of nodes(tree.rootNode)) use(node, found);
  return found;
}

function declaration(statement, found) {
  const [first, second] = statement.namedChildren;
  switch (statement.type) {
    case "parameter_declaration": {
      const required = statement.namedChildCount === 2 && !statement.text.trimEnd().endsWith("?");
      found.params.set(first.text, required);
      found.declared.add(first.text);
      break;
    }
    case "variable_declaration":
    case "type_declaration":
      found.declared.add(first.text);
      break;
    case "resource_declaration":
      found.declared.add(first.text);
      found.resources.push({ name: first.text, type: text(second), source: statement.text });
      break;
    case "module_declaration":
      found.declared.add(first.text);
      found.modules.push({ name: first.text, path: text(second), params: paramsOf(statement) });
      break;
    case "using_statement":
      found.using = text(first);
      break;
    default:
  }
}

/** The names that a module is given. */
function paramsOf(module) {
  for (const node of nodes(module)) {
    if (node.type !== "object_property" || node.firstNamedChild?.text !== "params") continue;
    return node.namedChildren[1].namedChildren.filter((one) => one.type === "object_property").map((one) => text(one.firstNamedChild));
  }
  return [];
}

function use(node, found) {
  if (node.type === "for_statement") found.declared.add(node.childForFieldName("initializer").text);
  if (node.type !== "identifier" && node.type !== "compatible_identifier") return;
  const parent = node.parent;
  const first = parent.firstNamedChild?.id === node.id;
  if (first && (parent.type === "object_property" || parent.type.endsWith("_declaration"))) return;
  if (parent.type === "for_statement" && parent.childForFieldName("initializer").id === node.id) return;
  for (let above = parent; above; above = above.parent) if (above.type === "decorator") return;
  found.used.add(node.text);
}

/** All faults of templates that refer to each other, each with the file that has it. */
export function faults(files) {
  const all = new Map(files.map(([name, source]) => [name, read(name, source)]));
  const told = [];
  for (const one of all.values()) {
    const tell = (fault) => told.push(`${one.name}: ${fault}`);
    one.faults.forEach(tell);
    for (const used of one.used) if (!one.declared.has(used) && !builtIn.has(used)) tell(`${used} is declared nowhere`);
    if (one.name.endsWith(".bicepparam")) {
      const target = all.get(normalize(join(dirname(one.name), one.using)));
      if (target) given(target, [...one.declared]).forEach(tell);
      else tell(`${one.using} isn't there`);
      continue;
    }
    for (const declared of one.params.keys()) if (!one.used.has(declared)) tell(`the parameter ${declared} is never used`);
    for (const module of one.modules) {
      const target = all.get(normalize(join(dirname(one.name), module.path)));
      if (target) given(target, module.params).forEach((fault) => tell(`module ${module.name}: ${fault}`));
      else tell(`module ${module.name}: ${module.path} isn't there`);
    }
  }
  return told;
}

/** What is wrong with the parameters that a template is given. */
function given(target, names) {
  const missing = [...target.params].filter(([name, required]) => required && !names.includes(name)).map(([name]) => `${name} is missing`);
  return [...missing, ...names.filter((name) => !target.params.has(name)).map((name) => `${name} is no parameter`)];
}
