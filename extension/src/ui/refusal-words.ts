/** What a rule of Azure DevOps refuses, in words. Its own messages begin with a code, and name rules by theirs. */

import { texts } from "./texts.ts";

/** Such as "TF401320: Rule Error for field Completed Work. Error code: ReadOnly, InvalidNotOldValue." */
const ruleError = /^TF401320: Rule Error for field (.+?)\. Error code: ([A-Za-z, ]+)/;

/** What `says` makes of the message stands for what isn't known, without the code. */
export function refusalText(message: string, says: (message: string) => string): string {
  const words = texts.completedWork.rules;
  const [, field = "", flags = ""] = ruleError.exec(message) ?? [];
  const has = (flag: string) => flags.split(", ").includes(flag);
  if (has("Required") || has("InvalidEmpty")) return words.required(field);
  if (has("InvalidNotEmpty")) return words.empty(field);
  if (has("ReadOnly") || has("InvalidNotOldValue")) return words.locked(field);
  if (message.includes("Microsoft.VSTS.Scheduling.CompletedWork")) return words.noHours;
  return says(message.replace(/^(?:TF|VS)\d+: /, ""));
}
