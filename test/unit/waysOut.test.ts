import {strict as assert} from "node:assert";
import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {type WayOut, waysOut} from "../../src/host/waysOut";
import {root} from "../harness/paths";

type Kind = keyof typeof waysOut;

interface Thrown {
  readonly place: string;
  readonly kind: string;
  /** The texts in the error's arguments: its sentence, or one of several. */
  readonly texts: readonly string[];
}

/** Every error that the sources make, with its kind and what can be read of its sentence. */
function thrown(): Thrown[] {
  const files = readdirSync(path.join(root, "src"), {recursive: true, encoding: "utf8"})
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({place: file, source: readFileSync(path.join(root, "src", file), "utf8")}));
  const derived = files.flatMap(({source}) => [...source.matchAll(/class (\w+) extends (?:Engine|Host)Error\b/g)]);
  const classes = ["EngineError", "HostError", ...derived.map(([, name]) => name)];
  const made = new RegExp(`new (?:${classes.join("|")})\\(\\s*"(\\w+)",`, "g");
  return files.flatMap(({place, source}) =>
    [...source.matchAll(made)].map((match) => {
      const rest = source.slice(match.index + match[0].length);
      const end = rest.search(/\n {0,6}\)?[;:]|\);\n/);
      const texts = [...rest.slice(0, end).matchAll(/l10n\.t\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/g)];
      return {
        place,
        kind: match[1] ?? "",
        texts: texts.map(([, double, single]) => (double ?? single ?? "").replaceAll("\\", ""))
      };
    })
  );
}

const ways = (kind: string): readonly WayOut[] => waysOut[kind as Kind];
const commands = (kind: string): string[] =>
  ways(kind).map(({command, argument = ""}) => `${command} ${argument}`.trim());

/** What a sentence advises, and the buttons one of which does it. */
const advice: readonly (readonly [advised: RegExp, buttons: readonly string[]])[] = [
  [
    /another model(?! than)|a smaller model|choose a GGUF file|choose another one|in the GGUF format/,
    ["tokenscope.selectModel"]
  ],
  [/choose one from the list|use another address/, ["tokenscope.selectModel"]],
  [/access token|set a token/, ["tokenscope.setAccessToken"]],
  [
    /tokenscope\.gpu\b/,
    ["tokenscope.showGpu", "workbench.action.openSettings tokenscope.gpu", "workbench.action.openSettings tokenscope"]
  ],
  [/tokenscope\.huggingFaceEndpoint/, ["workbench.action.openSettings tokenscope.huggingFaceEndpoint"]],
  [/http\.proxy|the proxy/, ["workbench.action.openSettings http.proxy"]],
  [/git\.enabled/, ["workbench.action.openSettings git.enabled"]],
  [/restart the engine/, ["tokenscope.restartEngine"]],
  [/reload the window/, ["workbench.action.reloadWindow"]],
  [/log says why/, ["tokenscope.showLog"]],
  [/output says why/, ["git.showOutput"]],
  [/trust (?:the|this) folder/, ["workbench.trust.manage"]],
  [/commit once/, ["workbench.view.scm"]],
  [/open a folder/, ["workbench.action.files.openFolder"]],
  [/choose another folder|evaluate one first/, ["tokenscope.evaluateFolder"]],
  [
    /enable it|install Tokenscope there/,
    ["workbench.extensions.search @builtin git", "workbench.extensions.search @id:tokenscope.tokenscope"]
  ],
  [
    /open (?:a|another) file|open one that|open it again|[Oo]pen another one|open a GGUF file/,
    ["workbench.action.quickOpen", "workbench.action.files.openFile"]
  ],
  [/cancel (?:some|that)/, ["notifications.showList"]]
];

describe("The ways out of errors", () => {
  it("are there for every kind that is thrown, and for no other", () => {
    const kinds = new Set(thrown().map(({kind}) => kind));
    assert.deepEqual([...kinds].filter((kind) => ways(kind) === undefined).sort(), []);
    assert.deepEqual(
      Object.keys(waysOut).filter((kind) => kind !== "bug" && !kinds.has(kind)),
      []
    );
  });

  it("do what the sentences advise", () => {
    const sentences = thrown().flatMap(({place, kind, texts}) => texts.map((text) => ({place, kind, text})));
    assert.ok(sentences.length > 60, String(sentences.length));
    const wrong = sentences.flatMap(({place, kind, text}) =>
      advice
        .filter(
          ([advised, buttons]) => advised.test(text) && !buttons.some((button) => commands(kind).includes(button))
        )
        .map(([, buttons]) => `${place}: ${kind} has no ${buttons.join(" or ")}: ${text}`)
    );
    assert.deepEqual(wrong, []);
  });

  it("offer another model where the heatmap can't place this one's tokens", () => {
    const [error] = thrown().filter(({place}) => place.endsWith("heatmap.ts"));
    assert.equal(error?.kind, "noSpans");
    assert.ok(commands("noSpans").includes("tokenscope.selectModel"));
    assert.ok(!commands("noSpans").some((command) => command.startsWith("workbench.action.openSettings")));
  });

  it("tell no editor from one that can't be edited, and from an empty file", () => {
    const kinds = thrown()
      .filter(({texts}) =>
        texts.some((text) => /^(No text is open|Nothing can be completed|This file is empty)/.test(text))
      )
      .map(({kind}) => kind);
    assert.deepEqual([...new Set(kinds)].sort(), ["emptyFile", "noEditor", "notEditable"]);
  });
});
