import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import {LineStarts} from "../../src/host/documents/lineStarts";
import {Random} from "../faults/random";
import {cases} from "../harness/thorough";
import {closeEditors, showText} from "./support/editors";

describe("Where the lines of a document start", () => {
  afterEach(closeEditors);

  it("is what VS Code says, after any edits", async () => {
    const random = new Random(7);
    const line = (): string => "x".repeat(random.below(9));
    const editor = await showText(Array.from({length: 6000}, line).join("\n"));
    const {document} = editor;
    const starts = new LineStarts(document);
    const watched = vscode.workspace.onDidChangeTextDocument((change) => {
      if (change.document === document) starts.edit(change.contentChanges);
    });
    /** A place, and one not far behind it. */
    const range = (): vscode.Range => {
      const first = random.below(document.lineCount);
      const last = Math.min(document.lineCount - 1, first + random.below(random.chance(0.2) ? 2000 : 2));
      return document.validateRange(new vscode.Range(first, random.below(9), last, random.below(9)));
    };
    const texts = ["", "a", "word", "\n", "a\nb\n", Array.from({length: 1500}, line).join("\n")];
    try {
      for (let edits = cases(40, 400); edits > 0; edits--) {
        await editor.edit((edit) => {
          if (random.chance(0.05)) edit.setEndOfLine(random.chance(0.5) ? vscode.EndOfLine.CRLF : vscode.EndOfLine.LF);
          else edit.replace(range(), random.pick(texts));
        });
        for (let looks = 0; looks < 5; looks++) {
          const at = range().start;
          assert.equal(await starts.offsetOf(at), document.offsetAt(at), `seed 7, ${edits} edits to go`);
        }
      }
      assert.equal(await starts.of(document.lineCount), undefined);
    } finally {
      watched.dispose();
    }
  });
});
