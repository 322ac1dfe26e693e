/** English words of one meaning: a few that instructions have. Of each that a prompt has, the others are tried in its place. */
export const synonyms: readonly (readonly string[])[] = [
  ["answer", "reply"],
  ["begin", "start"],
  ["big", "large"],
  ["brief", "short"],
  ["correct", "right"],
  ["create", "make"],
  ["describe", "explain"],
  ["error", "mistake"],
  ["fast", "quick"],
  ["find", "locate"],
  ["function", "routine"],
  ["little", "small"],
  ["show", "display"],
  ["sum", "total"],
  ["use", "employ"],
  ["write", "compose"]
];
