/**
 * The element with the lowest contrast of text to background (WCAG 2, 1 to 21). Runs in the page, so it must not use
 * anything outside itself. Its types are the parts of the DOM that it needs.
 */
export function minContrast(elements: readonly unknown[]): {ratio: number; element: string} {
  interface Painted {
    readonly parentElement: Painted | null;
    readonly outerHTML: string;
  }
  interface Style {
    readonly color: string;
    readonly backgroundColor: string;
    getPropertyValue(name: string): string;
  }
  interface Page {
    readonly document: {readonly documentElement: Painted};
    getComputedStyle(element: Painted): Style;
  }
  const {document, getComputedStyle: styleOf} = globalThis as unknown as Page;

  type Colour = readonly [number, number, number, number];

  const parse = (css: string): Colour => {
    const numbers = css.match(/-?[\d.]+/g)?.map(Number) ?? [];
    const [red = 0, green = 0, blue = 0, alpha = 1] = numbers;
    // color-mix() computes to color(srgb …), whose channels go from 0 to 1.
    const scale = css.startsWith("color(") ? 255 : 1;
    return [red * scale, green * scale, blue * scale, alpha];
  };
  const hex = (css: string): Colour => {
    const digits = Number.parseInt(css.trim().slice(1, 7), 16);
    return [digits >> 16, (digits >> 8) & 255, digits & 255, 1];
  };
  const over = (above: Colour, below: Colour): Colour => {
    const mix = (index: 0 | 1 | 2) => above[index] * above[3] + below[index] * (1 - above[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const background = (element: Painted | null): Colour => {
    // A webview's page is transparent: its background is the editor's.
    if (element === null) return hex(styleOf(document.documentElement).getPropertyValue("--vscode-editor-background"));
    const own = parse(styleOf(element).backgroundColor);
    return own[3] === 1 ? own : over(own, background(element.parentElement));
  };
  const luminance = (colour: Colour): number => {
    const linear = (index: 0 | 1 | 2) => {
      const channel = colour[index] / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * linear(0) + 0.7152 * linear(1) + 0.0722 * linear(2);
  };
  const contrasts = (elements as readonly Painted[]).map((element) => {
    const behind = background(element);
    const lights = [luminance(over(parse(styleOf(element).color), behind)), luminance(behind)].sort((a, b) => b - a);
    return {ratio: ((lights[0] ?? 0) + 0.05) / ((lights[1] ?? 0) + 0.05), element: element.outerHTML};
  });
  return contrasts.reduce((least, one) => (one.ratio < least.ratio ? one : least), {ratio: 21, element: "none"});
}
