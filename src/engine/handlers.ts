import type {EngineMethod, EngineRequests} from "../contract/requests";
import type {RequestContext} from "./backend";
import {devices} from "./llama/devices/devices";
import {versions} from "./llama/versions";
import type {ModelPool} from "./modelPool";
import {download} from "./transfer/download";
import {inspect} from "./transfer/inspect";
import {unpack} from "./transfer/unpack";

/** How each request of the contract is answered; the engine process and the headless runner share it. */
export const handlers: {
  readonly [M in EngineMethod]: (
    models: ModelPool,
    params: EngineRequests[M]["params"],
    context: RequestContext
  ) => Promise<EngineRequests[M]["result"]>;
} = {
  describe: (models, params, context) => models.use(params.model, context, (model) => model.describe()),
  count: (models, params, context) => models.use(params.model, context, (model) => model.count(params, context)),
  countFiles: (models, params, context) =>
    models.use(params.model, context, (model) => models.files.countFiles(model, params, context)),
  countBytes: (models, params, context) =>
    models.use(params.model, context, (model) => models.files.countBytes(model, params, context)),
  countChat: (models, params, context) =>
    models.use(params.model, context, (model) => model.countChat(params, context)),
  tokenize: (models, params, context) => models.use(params.model, context, (model) => model.tokenize(params, context)),
  tokenTexts: (models, params, context) => models.use(params.model, context, (model) => model.tokenTexts(params)),
  tokenBytes: (models, params, context) => models.use(params.model, context, (model) => model.tokenBytes(params)),
  tokenInfo: (models, params, context) =>
    models.use(params.model, context, (model) => model.tokenInfo(params, context)),
  vocabularyFacts: (models, params, context) => models.use(params.model, context, (model) => model.vocabularyFacts()),
  searchVocabulary: (models, params, context) =>
    models.use(params.model, context, (model) => model.searchVocabulary(params, context)),
  openDocument: (models, params, context) =>
    models.use(params.model, context, (model) => model.documents.open(params, context)),
  changeDocument: (models, params, context) =>
    models.use(params.model, context, (model) => model.documents.change(params, context)),
  closeDocument: (models, params, context) =>
    models.use(params.model, context, async (model) => model.documents.close(params)),
  countDocument: (models, params, context) =>
    models.use(params.model, context, (model) => model.documents.count(params, context)),
  countRanges: (models, params, context) =>
    models.use(params.model, context, (model) => model.documents.countRanges(params, context)),
  documentTokens: (models, params, context) =>
    models.use(params.model, context, (model) => model.documents.tokens(params, context)),
  tokenEnd: (models, params, context) =>
    models.use(params.model, context, (model) => model.documents.tokenEnd(params, context)),
  score: (models, params, context) =>
    models.scheduler.inLine(
      () => models.use(params.model, context, (model) => model.score(params, context)),
      context.signal,
      (place) => context.onProgress({stage: "wait", place})
    ),
  scoreTokens: (models, params, context) =>
    models.scheduler.inLine(
      () => models.use(params.model, context, (model) => model.scoreTokens(params, context)),
      context.signal,
      (place) => context.onProgress({stage: "wait", place})
    ),
  scoreUnder: (models, params, context) =>
    models.scheduler.inLine(
      () => models.use(params.model, context, (model) => model.scoreUnder(params, context)),
      context.signal,
      (place) => context.onProgress({stage: "wait", place})
    ),
  alternatives: (models, params, context) =>
    models.use(params.model, context, (model) => model.alternatives(params, context)),
  complete: (models, params, context) => models.use(params.model, context, (model) => model.complete(params, context)),
  next: (models, params, context) => models.use(params.model, context, (model) => model.next(params, context)),
  sample: (models, params, context) => models.use(params.model, context, (model) => model.sample(params, context)),
  estimate: (models, params, context) => models.estimate(params, context),
  memory: (models, params, context) => models.memory(params, context),
  devices: (models, params, context) => devices(params, models.log, context),
  versions: (models, params) => versions(params, models.log),
  inspect: (_, params, context) => inspect(params, context),
  download: (_, params, context) => download(params, context),
  unpack: (_, params, context) => unpack(params, context)
};
