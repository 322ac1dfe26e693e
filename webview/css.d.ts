/** Style sheets are imported for esbuild alone, which puts them beside the script. */
declare module "*.css";
