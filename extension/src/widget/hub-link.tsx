import { useEffect, useState } from "preact/hooks";
import { hubAddress, navigate } from "../frame/host-services.ts";
import { useSession } from "../ui/session.ts";
import { widgetTexts } from "./texts.ts";

/** Leads to the hub of the project on whose dashboard the widget is. */
export function HubLink() {
  const { frame } = useSession();
  const { project } = frame.context;
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (project) hubAddress(project.name).then(setAddress, () => {});
  }, [project?.name]);
  if (!address) return null;
  return (
    <a
      href={address}
      target="_blank"
      rel="noreferrer"
      onClick={(event) => {
        // The browser opens a new tab or window by itself.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        navigate(address).catch(() => window.open(address, "_blank", "noreferrer"));
      }}
    >
      {widgetTexts.open}
    </a>
  );
}
