import {strict as assert} from "node:assert";
import type {ToView} from "../../src/features/modelInfo/protocol";
import {ViewPieces} from "../../src/features/modelInfo/viewPieces";

const url = "https://view.test/a.gguf";

describe("pieces of a file, read by way of the view", () => {
  let posted: ToView[];
  let pieces: ViewPieces;
  beforeEach(() => {
    posted = [];
    pieces = new ViewPieces((message) => posted.push(message));
  });

  it("come to whoever asked for them", async () => {
    const [first, second] = [pieces.read(url, 0, 2), pieces.read(url, 2, 2)];
    assert.deepEqual(posted[1], {type: "readPiece", request: 2, url, offset: 2, length: 2});
    pieces.answer({type: "piece", request: 2, bytes: Uint8Array.of(3, 4)});
    pieces.answer({type: "piece", request: 1, bytes: Uint8Array.of(1)});
    assert.deepEqual([...(await first), ...(await second)], [1, 3, 4]);
  });

  it("are asked for again of a view that comes anew, and taken once", async () => {
    const read = pieces.read(url, 0, 2);
    pieces.repeat();
    assert.deepEqual(posted[1], posted[0]);
    pieces.answer({type: "piece", request: 1, bytes: Uint8Array.of(1)});
    pieces.answer({type: "piece", request: 1, bytes: Uint8Array.of(2)});
    assert.deepEqual([...(await read)], [1]);
    pieces.repeat();
    assert.equal(posted.length, 2);
  });

  it("don't come where the view can't read them, gives more than was asked for, or is closed", async () => {
    const [none, much, closed] = [pieces.read(url, 0, 2), pieces.read(url, 0, 2), pieces.read(url, 0, 2)];
    pieces.answer({type: "noPiece", request: 1});
    await assert.rejects(none);
    pieces.answer({type: "piece", request: 2, bytes: new Uint8Array(3)});
    await assert.rejects(much);
    pieces.dispose();
    await assert.rejects(closed);
  });
});
