import {version} from "../package.json";

/** Tokenscope's own. */
export const tokenscopeVersion: string = version;
