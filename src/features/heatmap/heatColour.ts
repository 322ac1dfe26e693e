import type {BucketName} from "../../metrics/buckets";

/**
 * A bucket's colour as package.json contributes it, behind "tokenscope." (and in style sheets behind "--vscode-tokenscope-").
 * There is no second dot in it: in a webview VS Code makes a dash of the first one only.
 */
export function heatColour(bucket: BucketName, part: "Background" | "Line"): string {
  return `heatmap${bucket.toUpperCase()}${part}`;
}
