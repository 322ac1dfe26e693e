import type {BucketName} from "../../metrics/buckets";

/**
 * The name of a bucket's colour in package.json, without "tokenscope." (in style sheets without
 * "--vscode-tokenscope-"). It has no dot, because VS Code replaces only the first dot by a dash in a webview.
 */
export function heatColour(bucket: BucketName, part: "Background" | "Line"): string {
  return `heatmap${bucket.toUpperCase()}${part}`;
}
