import {noChange} from "lit";
import {type AttributePart, Directive, type DirectiveParameters, directive} from "lit/directive.js";

/**
 * Sets a CSS variable on an element. Lit's own styleMap writes a style attribute the first time, which the page's
 * Content-Security-Policy refuses; the style object is allowed.
 */
class CssVariable extends Directive {
  override render(_name: `--${string}`, _value: number): typeof noChange {
    return noChange;
  }

  override update({element}: AttributePart, [name, value]: DirectiveParameters<this>): typeof noChange {
    (element as HTMLElement).style.setProperty(name, String(value));
    return noChange;
  }
}

/** Goes where attributes go: `<span ${cssVariable("--share", 0.5)}>`. */
export const cssVariable = directive(CssVariable);
