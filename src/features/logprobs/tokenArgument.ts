import * as v from "valibot";
import {parsed, wholeNumber} from "../../text/guard";
import type {TokenRange} from "./tokenPlaces";

const token = v.object({token: wholeNumber});

const range = v.pipe(
  v.object({from: wholeNumber, to: wholeNumber}),
  v.check(({from, to}) => from < to)
);

/** The tokens in a command's argument, the `data-vscode-context` of the view's element that a menu was opened on. */
export function tokensOfArgument(argument: unknown): TokenRange | null {
  const selected = parsed(range, argument);
  const alone = parsed(token, argument);
  return selected ?? (alone && {from: alone.token, to: alone.token + 1});
}
