import type {MemoryUse} from "../contract/models";

/** Bytes. */
export interface HeldMemory extends MemoryUse {
  /** Of `ram` what is not free again by itself: without mapped files where the system counts those as free. */
  readonly unmapped: number;
}

/** What has been put down to one model. */
export type Account = {-readonly [K in keyof HeldMemory]: number};

export function newAccount(): Account {
  return {ram: 0, vram: 0, unmapped: 0};
}

/**
 * Tells which model the memory of this process belongs to: how much it has grown is put down to the model whose request
 * has just ended. Where requests to two models overlap, the first to end gets what the other has taken until then.
 */
export class MemoryLedger {
  private last: HeldMemory | undefined;

  constructor(private readonly measure: () => Promise<HeldMemory>) {}

  /** As the last entry has it; undefined before the first. */
  get held(): HeldMemory | undefined {
    return this.last;
  }

  /** What has changed since the last entry is nobody's. */
  async rest(): Promise<void> {
    this.last = await this.measure();
  }

  /** What has changed since the last entry is this account's. */
  async charge(account: Account): Promise<void> {
    const now = await this.measure();
    const {last = now} = this;
    this.last = now;
    account.ram += now.ram - last.ram;
    account.vram += now.vram - last.vram;
    account.unmapped += now.unmapped - last.unmapped;
  }
}
