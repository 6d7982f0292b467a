import { init, notifyLoadSucceeded, register } from "azure-devops-extension-sdk";
import { addToast } from "../frame/host-services.ts";
import { menuTexts } from "../menu/texts.ts";

// Azure DevOps may open this frame with every form, list and board. So the frame only waits for a click, and loads then
// what signs in and starts a timer.

async function execute(context: unknown): Promise<void> {
  try {
    const { startFromMenu } = await import("../menu/start.ts");
    await startFromMenu(context);
  } catch {
    await addToast({
      message: menuTexts.unreachable,
      duration: 20_000,
      callToAction: menuTexts.tryAgain,
      onCallToActionClick: () => void execute(context),
      forceOverrideExisting: true,
    });
  }
}

// The manifest's registeredObjectId.
register("start-timer", { execute });
init({ loaded: false, applyTheme: false }).then(notifyLoadSucceeded, () => {});
