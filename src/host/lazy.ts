/** Makes a value with the code that `load` imports, once, when it is first needed. */
export class Lazy<Value extends {dispose(): void}> {
  private loading: Promise<Value> | undefined;

  constructor(private readonly load: () => Promise<Value>) {}

  get(): Promise<Value> {
    this.loading ??= this.load();
    return this.loading;
  }

  dispose(): void {
    void this.loading?.then((value) => value.dispose());
  }
}
