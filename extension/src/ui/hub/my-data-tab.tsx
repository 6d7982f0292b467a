import { MyData } from "../privacy/my-data.tsx";
import { privacyTexts } from "../privacy/texts.ts";
import { useSession } from "../session.ts";
import { ZoneSetting } from "../zone-setting.tsx";

/** One's own data beside the other parts of the hub. */
export function MyDataTab() {
  const { api, me, timers } = useSession();
  return (
    <>
      <h1 tabIndex={-1}>{privacyTexts.title}</h1>
      <p class="secondary">{privacyTexts.lead}</p>
      <MyData
        api={api}
        self={me.user.id}
        zone={me.user.time_zone}
        announce={(text) => timers.announce(text)}
        zoneSetting={<ZoneSetting />}
      />
    </>
  );
}
