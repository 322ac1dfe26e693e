import * as v from "valibot";
import type {UnfinishedNote} from "./transfer";

/** The note may be another version's, and anyone can write into the folder. */
export const unfinishedNote: v.GenericSchema<unknown, UnfinishedNote> = v.object({
  uri: v.string(),
  fileName: v.string(),
  bytes: v.number(),
  partials: v.array(v.string()),
  validators: v.array(v.nullable(v.string())),
  process: v.number()
});
