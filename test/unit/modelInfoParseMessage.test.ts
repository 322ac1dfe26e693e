import {strict as assert} from "node:assert";
import fc from "fast-check";
import {parseMessage, parseViewState} from "../../src/features/modelInfo/parseMessage";
import {protocolVersion, type ViewState} from "../../src/features/modelInfo/protocol";

const state: ViewState = {
  version: protocolVersion,
  uri: "file:///a.gguf",
  filters: {metadata: "", tensors: ""},
  scroll: 0
};

describe("messages of the model info view", () => {
  it("are taken as their types say, and nothing else with them", () => {
    for (const type of [
      "hello",
      "ready",
      "useModel",
      "download",
      "reveal",
      "copyJson",
      "readAgain",
      "saveCopy"
    ] as const)
      assert.deepEqual(parseMessage({type, path: "/etc/passwd"}), {type});
    assert.deepEqual(parseMessage({type: "value", key: "a.b", more: 1}), {type: "value", key: "a.b"});
    assert.deepEqual(parseMessage({type: "copyValue", key: ""}), {type: "copyValue", key: ""});
  });

  it("bring bytes of a file, as bytes", () => {
    const bytes = Uint8Array.of(1, 2);
    assert.deepEqual(parseMessage({type: "piece", request: 1, bytes}), {type: "piece", request: 1, bytes});
    assert.deepEqual(parseMessage({type: "noPiece", request: 1}), {type: "noPiece", request: 1});
    for (const wrong of [{bytes: [1]}, {bytes: "ab"}, {request: "1", bytes}, {request: 1}, {request: 1.5, bytes}])
      assert.equal(parseMessage({type: "piece", ...wrong}), null);
  });

  it("are dropped where they are none", () => {
    const none = [null, undefined, 1, "ready", [], {}, {type: "toString"}, {type: "ready "}, {type: "value"}];
    const wrong = [...none, {type: "value", key: 1}, {type: "value", key: "x".repeat(1 << 17)}];
    for (const message of wrong) assert.equal(parseMessage(message), null);
    fc.assert(
      fc.property(fc.anything(), (message) => void parseMessage(message)),
      {seed: 20261122}
    );
  });

  it("leave a state that names its model, if it is of this version", () => {
    assert.equal(parseViewState(state), state.uri);
    for (const other of [null, "file:///a", {...state, version: 0}, {...state, uri: 1}, {...state, uri: ""}])
      assert.equal(parseViewState(other), null);
    assert.equal(parseViewState({...state, uri: "x".repeat(10_000)}), null);
    fc.assert(
      fc.property(fc.anything(), (message) => void parseViewState(message)),
      {seed: 20261122}
    );
  });
});
