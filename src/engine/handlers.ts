import * as l10n from "@vscode/l10n";
import {EngineError} from "../contract/errors";
import type {EngineMethod, EngineRequests} from "../contract/requests";
import type {RequestContext} from "./backend";
import {JobQueue} from "./jobQueue";
import {devices} from "./llama/devices/devices";
import {versions} from "./llama/versions";
import type {ModelPool} from "./modelPool";
import {download} from "./transfer/download";
import {inspect} from "./transfer/inspect";
import {unpack} from "./transfer/unpack";

/** Scores that wait at most: each keeps its text. */
const maxWaiting = 100;

/** One text is scored at a time, whatever the model: two would take the memory of both and be done no sooner. */
const scores = new JobQueue(
  maxWaiting,
  (waiting) =>
    new EngineError(
      "busy",
      l10n.t("{0} texts wait to be scored already: cancel some of them, or try again when they are done.", waiting)
    )
);

/** How each request of the contract is answered; the engine process and the headless runner share it. */
export const handlers: {
  readonly [M in EngineMethod]: (
    models: ModelPool,
    params: EngineRequests[M]["params"],
    context: RequestContext
  ) => Promise<EngineRequests[M]["result"]>;
} = {
  describe: (models, params, context) => models.use(params.model, context, (backend) => backend.describe(context)),
  count: (models, params, context) =>
    models.use(params.model, context, async (backend) => ({
      ...(await backend.count(params, context)),
      model: await backend.describe(context)
    })),
  tokenize: (models, params, context) =>
    models.use(params.model, context, (backend) => backend.tokenize(params, context)),
  tokenTexts: (models, params, context) =>
    models.use(params.model, context, (backend) => backend.tokenTexts(params.ids, context)),
  score: (models, params, context) =>
    scores.run(
      () => models.use(params.model, context, (backend) => backend.score(params, context)),
      context.signal,
      (place) => context.onProgress({stage: "wait", place})
    ),
  alternatives: (models, params, context) =>
    models.use(params.model, context, (backend) => backend.alternatives(params, context)),
  complete: (models, params, context) =>
    models.use(params.model, context, (backend) => backend.complete(params, context)),
  estimate: (models, params, context) => models.estimate(params, context),
  memory: (models, params, context) => models.memory(params, context),
  devices: (models, params, context) => devices(params, models.log, context),
  versions: (models, params) => versions(params, models.log),
  inspect: (_, params, context) => inspect(params, context),
  download: (_, params, context) => download(params, context),
  unpack: (_, params, context) => unpack(params, context)
};
