import { useEffect, useState } from "preact/hooks";
import { closeDialog } from "../frame/host-services.ts";
import { useSession } from "../ui/session.ts";
import { ReadOnlyNotice } from "../ui/trial.tsx";
import { menuTexts } from "./texts.ts";

/**
 * The dialog of the menus, where a person signs in, or reads why nothing can be recorded. Browsers open no window for the
 * frame of a menu, since nobody clicks in it. Once a timer can be started, the dialog closes, and the menu starts it.
 */
export function StartDialog() {
  const { me } = useSession();
  const active = me.tenant.status === "active";
  const [stays, setStays] = useState(false);
  useEffect(() => {
    if (active) setStays(!closeDialog(true));
  }, [active]);
  return (
    <>
      <h1 class="visually-hidden">{menuTexts.dialog}</h1>
      {!active && <ReadOnlyNotice narrow />}
      {stays && <p>{menuTexts.goOn}</p>}
    </>
  );
}
