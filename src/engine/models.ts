import type {MemoryEstimate, MemoryReport, ModelSpec} from "./api";
import type {Backend, EngineLog, RequestContext} from "./backend";
import {LlamaBackend} from "./llama/llamaBackend";
import {checkModelFile} from "./llama/modelFile";

interface OpenModel {
  readonly key: string;
  readonly backend: Backend;
  users: number;
  replaced: boolean;
}

/**
 * Holds the model in use. Another spec, or another file under the same name, replaces it; the old one is given back when
 * the last request on it has ended.
 */
export class Models {
  private current: OpenModel | undefined;

  constructor(readonly log: EngineLog) {}

  /** Runs `work` with the model that `spec` names. */
  async use<T>(spec: ModelSpec, {signal}: RequestContext, work: (backend: Backend) => Promise<T>): Promise<T> {
    const stamp = await checkModelFile(spec.path);
    const key = JSON.stringify([
      spec.path,
      spec.gpu,
      spec.gpuLayers,
      spec.threads,
      spec.contextSize,
      stamp.size,
      stamp.modified
    ]);
    if (this.current?.key !== key) {
      const previous = this.current;
      this.current = {key, backend: new LlamaBackend(spec, this.log), users: 0, replaced: false};
      if (previous !== undefined) {
        previous.replaced = true;
        this.disposeIfUnused(previous);
      }
    }
    const open = this.current;
    open.users++;
    try {
      // A model that doesn't load is not kept: the next request looks at the file again.
      await open.backend
        .describe({signal: new AbortController().signal, onProgress: () => undefined})
        .catch((error: unknown) => {
          if (this.current === open) this.current = undefined;
          open.replaced = true;
          throw error;
        });
      // Cancelled while it waited: tokenizing can't be stopped half-way, so it is not begun.
      signal.throwIfAborted();
      return await work(open.backend);
    } finally {
      open.users--;
      this.disposeIfUnused(open);
    }
  }

  async estimate(_spec: ModelSpec, _context: RequestContext): Promise<MemoryEstimate> {
    throw new Error("estimate");
  }

  async memory(_spec: ModelSpec, _context: RequestContext): Promise<MemoryReport> {
    throw new Error("memory");
  }

  private disposeIfUnused(open: OpenModel): void {
    if (open.replaced && open.users === 0)
      open.backend.dispose().catch((error: unknown) => this.log("error", String(error)));
  }
}
