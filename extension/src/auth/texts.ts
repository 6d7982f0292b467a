/** The English sentences of the two windows of the sign-in. */

import { catalogue } from "../texts/catalogue.ts";

export const signInTexts = catalogue("signIn", {
  title: "Sign in – TimeTracker",
  heading: "Sign in to TimeTracker",
  account: "Use the work account you use for Azure DevOps.",
  continue: "Continue to Microsoft",
  opened: "Sign in in the window that has just opened. This one closes by itself.",
  blocked: "This window can’t sign you in. Close it, and try again in Azure DevOps.",
  unreachable: "TimeTracker can’t be reached. Close this window, and try again.",
  signedIn: "Signed in – TimeTracker",
  close: "You can close this window.",
});
