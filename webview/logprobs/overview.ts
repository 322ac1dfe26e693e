import type {Colouring} from "./colouring";
import type {ShownText} from "./shownText";

export class Overview {
  constructor(_element: HTMLElement, _scroller: HTMLElement, _onGo: (token: number) => void) {}
  show(_text: ShownText, _colouring: Colouring): void {}
  colour(_colouring: Colouring): void {}
  update(_from: number, _to: number): void {}
}
