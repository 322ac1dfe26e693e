import {strict as assert} from "node:assert";
import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {panelType} from "../../src/features/logprobs/viewTypes";
import {menuGroups} from "../../src/features/menu/menuItems";
import {type CommandName, commands} from "../../src/host/commands";
import {contextKeys} from "../../src/host/contextKeys";
import {type SettingKey, settingsTable} from "../../src/host/settingsTable";
import {root} from "../harness/paths";

interface Contributed {
  readonly command?: string;
  readonly when?: string;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema;
  readonly maxProperties?: number;
  readonly propertyNames?: {readonly maxLength: number};
}

interface Property extends Schema {
  readonly default: unknown;
}

interface Manifest {
  readonly contributes: {
    readonly commands: readonly {readonly command: string; readonly title: string}[];
    readonly keybindings?: readonly Contributed[];
    readonly menus: Readonly<Record<string, readonly Contributed[]>>;
    readonly views: Readonly<Record<string, readonly {readonly id: string}[]>>;
    readonly viewsWelcome: readonly Contributed[];
    readonly walkthroughs: readonly {readonly steps: readonly {readonly completionEvents: readonly string[]}[]}[];
    readonly configuration: {readonly properties: Readonly<Record<string, Property>>};
  };
}

const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const {contributes}: Manifest = JSON.parse(read("package.json"));
const texts: Readonly<Record<string, string>> = JSON.parse(read("package.nls.json"));
const names = Object.keys(commands) as CommandName[];
const ids: readonly string[] = names.map((name) => `tokenscope.${name}`);
const keys = Object.keys(settingsTable) as SettingKey[];
const settingIds = keys.map((key) => `tokenscope.${key}`);
const translations = readdirSync(root).filter((file) => /^package\.nls.*\.json$/.test(file));
const sources = ["src", "webview"].flatMap((folder) =>
  readdirSync(path.join(root, folder), {recursive: true, encoding: "utf8"})
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file.replaceAll(path.sep, "/")}`)
);

/** All first groups of a pattern's matches. */
function found(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, group = ""]) => group);
}

function unknown(names: readonly string[], known: readonly string[]): string[] {
  return names.filter((name) => !known.includes(name));
}

describe("The commands of package.json", () => {
  it("are those of the table, in its order", () => {
    assert.deepEqual(
      contributes.commands.map(({command}) => command),
      ids
    );
  });

  it("are the only ones that menus, key bindings and links name", () => {
    const items = [...Object.values(contributes.menus).flat(), ...(contributes.keybindings ?? [])];
    assert.deepEqual(
      unknown(
        items.flatMap(({command = ""}) => (command === "" ? [] : [command])),
        ids
      ),
      []
    );
    for (const file of ["package.json", ...translations])
      assert.deepEqual(unknown(found(/command:(tokenscope\.\w+)/g, read(file)), ids), [], file);
  });

  it("have no literal of their own in the sources", () => {
    const literal = new RegExp(`["'\`:](?:${ids.map((id) => id.replace(".", "\\.")).join("|")})\\b["'\` ?)]`);
    for (const file of sources) assert.doesNotMatch(read(file), literal, file);
  });
});

describe("The menu of the status bar", () => {
  const items = menuGroups({suggests: false, models: ""}).flatMap(({items}) => items);
  const titles = new Map(contributes.commands.map(({command, title}) => [command, texts[title.slice(1, -1)]]));
  /** Have a label that says more, or is shorter. */
  const ownLabel: readonly CommandName[] = ["perplexity", "toggleInlineCompletion"];
  /** Are the rows of another one, buttons of a view, links of the heatmap's item, or variants of one that is in the menu. */
  const elsewhere: readonly CommandName[] = [
    "showResults",
    "comparePrompts",
    "consistency",
    "scoreUnderSchema",
    "colorBy",
    "nextSurprise",
    "previousSurprise",
    "completeUnderGrammar",
    "snoozeInlineCompletion",
    "selectCompletionModel",
    "useOneModel",
    "selectModelFile",
    "useDemonstrationModel",
    "resumeDownload",
    "setAccessToken",
    "removeAccessToken",
    "installCudaRuntime",
    "installCudaRuntimeFromFile",
    "removeCudaRuntime",
    "showMenu",
    "showEvaluationReport",
    "exportEvaluationJson",
    "exportEvaluationCsv"
  ];

  it("calls its commands as the palette does", () => {
    for (const {label, command} of items)
      if (command !== "settings" && !ownLabel.includes(command))
        assert.equal(label, titles.get(`tokenscope.${command}`));
  });

  it("has every command that the palette always shows, unless another place has it", () => {
    const conditional = (contributes.menus["commandPalette"] ?? []).map(({command}) => command);
    const always = names.filter((name) => !conditional.includes(`tokenscope.${name}`));
    const inMenu = items.map(({command}) => command);
    assert.deepEqual(
      always.filter((name) => !inMenu.includes(name)),
      elsewhere
    );
  });
});

describe("The context keys of package.json", () => {
  const {viewsWelcome, menus, walkthroughs} = contributes;
  const conditions = [...viewsWelcome, ...Object.values(menus).flat()].flatMap(({when = ""}) => when);
  const events = walkthroughs.flatMap(({steps}) => steps.flatMap(({completionEvents}) => completionEvents));

  it("are those that are set, and no others", () => {
    const views = Object.values(contributes.views).flatMap((some) => some.map(({id}) => id));
    const inConditions = conditions
      .flatMap((when) => found(/(?<![\w.])(tokenscope\.[\w.]+)/g, when))
      .filter((key) => !views.includes(key) && key !== panelType);
    const inEvents = events.map((event) => event.replace(/^onContext:/, ""));
    assert.deepEqual(
      [...new Set([...inConditions, ...inEvents])].sort(),
      contextKeys.map((key) => `tokenscope.${key}`)
    );
  });
});

describe("The settings of package.json", () => {
  const {properties} = contributes.configuration;

  it("are those of the table", () => {
    assert.deepEqual(Object.keys(properties).sort(), [...settingIds].sort());
  });

  for (const key of keys)
    it(`${key} takes what package.json allows, and its default`, () => {
      const isValid: (value: unknown) => boolean = settingsTable[key];
      const property = properties[`tokenscope.${key}`];
      assert.ok(property);
      assert.ok(isValid(property.default), "default");
      if (property.anyOf !== undefined) {
        for (const value of values) assert.equal(isValid(value), allows(property, value), JSON.stringify(value));
        return;
      }
      for (const word of property.enum ?? []) assert.ok(isValid(word), String(word));
      for (const other of ["neither", null, {}, [0]])
        assert.equal(isValid(other), other === "neither" && property.type === "string" && isFree(key), String(other));
      const {minimum, maximum} = property;
      if (minimum === undefined || maximum === undefined) return;
      assert.deepEqual([minimum, maximum].map(isValid), [true, true]);
      assert.deepEqual([minimum - 1, maximum + 1, Number.NaN].map(isValid), [false, false, false]);
      assert.equal(isValid((minimum + maximum) / 2 + 0.25), [property.type].flat().includes("number"));
    });

  it("are the only ones that texts name", () => {
    const known = [...settingIds, ...ids];
    const files = [...translations, ...readdirSync(path.join(root, "l10n")).map((file) => `l10n/${file}`)];
    for (const file of files)
      assert.deepEqual(unknown(found(/(?<![\w.-])(tokenscope\.(?:\w+\.)*\w+)/g, read(file)), known), [], file);
  });

  it("have no literal of their own in the sources", () => {
    const literal = new RegExp(`["'\`](?:${settingIds.map((id) => id.replace(/\./g, "\\.")).join("|")})["'\`]`);
    const elsewhere = sources.filter((file) => !/^src\/host\/(configuration|settingsTable)\.ts$/.test(file));
    for (const file of elsewhere) assert.doesNotMatch(read(file), literal, file);
    for (const file of elsewhere) assert.doesNotMatch(read(file), /getConfiguration\("tokenscope/, file);
  });
});

const manyPatterns = (count: number) => Object.fromEntries(Array.from({length: count}, (_, i) => [`x${i}`, 1]));

/** What people and strangers may write. */
const values: readonly unknown[] = [
  ...[null, 1, 2000, Number.MAX_SAFE_INTEGER, 0, -1, 0.5, Number.NaN, true, "context", "Context", "", "2000", [], [1]],
  ...[{}, {"*.md": 1}, {"*.md": 0}, {"*.md": "context", "a/**": null}, {"*.md": "2"}, {"*.md": {}}, {"*.md": [1]}],
  ...[manyPatterns(50), manyPatterns(51), {["a".repeat(500)]: 1}, {["a".repeat(501)]: 1}],
  JSON.parse('{"__proto__": 5}'),
  JSON.parse('{"__proto__": {}}')
];

/** Whether a schema allows a value, by the keywords that ours have. */
function allows(schema: Schema, value: unknown): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((one) => allows(one, value));
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (schema.type === "integer") return Number.isInteger(value) && Number(value) >= (schema.minimum ?? -Infinity);
  if (schema.type === "number") return typeof value === "number" && value >= (schema.minimum ?? -Infinity);
  assert.equal(schema.type, "object");
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= (schema.maxProperties ?? Infinity) &&
    entries.every(
      ([name, one]) =>
        name.length <= (schema.propertyNames?.maxLength ?? Infinity) &&
        (schema.additionalProperties === undefined || allows(schema.additionalProperties, one))
    )
  );
}

/** Settings that take any text. */
function isFree(key: SettingKey): boolean {
  return key === "model" || key === "completionModel" || key === "huggingFaceEndpoint";
}

/** The cells of a page's tables, row by row, without the rows above the data. */
function tableRows(file: string): string[][] {
  return read(file)
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (?:-+|Command|Setting) /.test(line))
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim()));
}

/** What stands between backticks. */
function code(cell = ""): string {
  return /^`(.*)`$/.exec(cell)?.[1] ?? "";
}

describe("The pages of docs", () => {
  it("have every command once, with its title, and say which are not in the palette", () => {
    const hidden = (contributes.menus["commandPalette"] ?? [])
      .filter(({when}) => when === "false")
      .map(({command}) => command);
    const expected = contributes.commands.map(({command, title}) => [
      texts[title.slice(1, -1)],
      command,
      hidden.includes(command)
    ]);
    const documented = tableRows("docs/commands.md").map(([title, id, text]) => [
      title,
      code(id),
      /\bnot in the palette\b/.test(text ?? "")
    ]);
    assert.deepEqual(documented.sort(), expected.sort());
  });

  it("have every setting once, with its default", () => {
    const expected = Object.entries(contributes.configuration.properties).map(([id, property]) => [
      id,
      JSON.stringify(property.default)
    ]);
    const documented = tableRows("docs/settings.md").map(([id, value]) => [code(id), code(value)]);
    assert.deepEqual(documented.sort(), expected.sort());
  });

  it("name no other command and no other setting", () => {
    const pages = readdirSync(path.join(root, "docs"), {recursive: true, encoding: "utf8"})
      .filter((file) => file.endsWith(".md"))
      .map((file) => `docs/${file}`);
    for (const file of ["README.md", ...pages])
      assert.deepEqual(unknown(found(/`(tokenscope\.[\w.]+)`/g, read(file)), [...ids, ...settingIds]), [], file);
  });
});
