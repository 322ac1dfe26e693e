import type {MemoryUse} from "../contract/models";

/** Memory that the process holds, in bytes. */
export interface HeldMemory extends MemoryUse {
  /** The part of `ram` that the system does not count as free: all of it, or all but mapped files. */
  readonly unmapped: number;
}

/** The memory that is charged to one model. */
export type Account = {-readonly [K in keyof HeldMemory]: number};

export function newAccount(): Account {
  return {ram: 0, vram: 0, unmapped: 0};
}

/**
 * Tells which model the memory of this process belongs to: its growth is charged to the model whose request has just ended.
 * If requests to two models overlap, the first to end is charged with what the other has taken until then.
 */
export class MemoryLedger {
  private last: HeldMemory | undefined;

  constructor(private readonly measure: () => Promise<HeldMemory>) {}

  /** The memory at the last entry; undefined before the first. */
  get held(): HeldMemory | undefined {
    return this.last;
  }

  /** Charges what has changed since the last entry to no model. */
  async rest(): Promise<void> {
    this.last = await this.measure();
  }

  /** Charges what has changed since the last entry to this account. */
  async charge(account: Account): Promise<void> {
    const now = await this.measure();
    const {last = now} = this;
    this.last = now;
    account.ram += now.ram - last.ram;
    account.vram += now.vram - last.vram;
    account.unmapped += now.unmapped - last.unmapped;
  }
}
