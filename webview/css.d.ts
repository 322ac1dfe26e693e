/** Imports of style sheets are for esbuild, which bundles them into a file beside the script. */
declare module "*.css";
