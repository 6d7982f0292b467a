/** Where a person sees and changes the time zone in which their days are cut. */

import { useMemo, useRef, useState } from "preact/hooks";
import { Button, Field } from "./controls.tsx";
import { ConfirmDialog } from "./dialog.tsx";
import { explain } from "./failure.ts";
import { formatTime } from "./format.ts";
import { useSetZone } from "./own-zone.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import { offsetName, zoneName } from "./zone.ts";
import { bestOf, byRegion, findZones, type ZoneChoice, zoneChoices } from "./zone-choices.ts";
import { knowsZone } from "./zone-names.ts";
import "./zone-setting.css";

export function ZoneSetting() {
  const { me } = useSession();
  const [open, setOpen] = useState(false);
  return (
    <p class="zone-setting secondary">
      {texts.zone.now(zoneName(me.user.time_zone))}
      {me.tenant.status === "active" && (
        <Button kind="quiet" label={texts.zone.changeLabel} onClick={() => setOpen(true)}>
          {texts.zone.change}
        </Button>
      )}
      {open && <ZoneDialog onClose={() => setOpen(false)} />}
    </p>
  );
}

/** The value of the choice to follow the organization's zone. It is no zone's name. */
const followed = "followed";

function ZoneDialog({ onClose }: { onClose: () => void }) {
  const { me, timers } = useSession();
  const setZone = useSetZone();
  const [now] = useState(() => timers.clock.now());
  const choices = useMemo(() => zoneChoices(me.user.own_time_zone, now), [now]);
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState(me.user.own_time_zone ?? followed);
  const list = useRef<HTMLSelectElement>(null);
  const found = search.trim() === "" ? choices : findZones(choices, search);
  const searching = found !== choices;

  function find(text: string) {
    setSearch(text);
    if (text.trim() === "") return;
    // What Enter saves is always in sight.
    const best = bestOf(findZones(choices, text), text);
    if (best) setChosen(best.zone);
  }

  return (
    <ConfirmDialog
      title={texts.zone.title}
      submit={texts.zone.save}
      working={texts.zone.saving}
      explainFailure={explain}
      onSubmit={async () => {
        if (searching && found.length === 0) return;
        await setZone(chosen === followed ? null : chosen);
        onClose();
      }}
      onClose={onClose}
    >
      <p>{texts.zone.lead}</p>
      <Field label={texts.zone.find} help={texts.zone.findHelp}>
        {(attributes) => (
          <input
            {...attributes}
            type="search"
            maxLength={100}
            autocomplete="off"
            value={search}
            onInput={(event) => find(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "ArrowDown") return;
              event.preventDefault();
              list.current?.focus();
            }}
          />
        )}
      </Field>
      <Field label={texts.zone.zones}>
        {(attributes) => (
          <select
            {...attributes}
            ref={list}
            class="zones"
            size={8}
            value={chosen}
            onChange={(event) => setChosen(event.currentTarget.value)}
          >
            {!searching && (
              <option value={followed}>
                {texts.zone.follow(me.tenant.name, me.tenant.settings.time_zone)}
              </option>
            )}
            <Regions choices={found} />
          </select>
        )}
      </Field>
      <p class="help" role="status">
        {searching && `${texts.zone.found(found.length)} `}
        {found.length > 0 && chosenText(chosen, me.tenant.settings.time_zone, now)}
      </p>
    </ConfirmDialog>
  );
}

/** The chosen zone, and what its clocks show now. */
function chosenText(chosen: string, tenants: string, now: number): string {
  const zone = chosen === followed ? tenants : chosen;
  return knowsZone(zone) ? texts.zone.chosen(zone, formatTime(now, zone), offsetName(now, zone)) : zone;
}

function Regions({ choices }: { choices: readonly ZoneChoice[] }) {
  return byRegion(choices).map(([region, members]) => (
    <optgroup key={region} label={region ?? texts.zone.noRegion}>
      {members.map(({ zone, offset }) => (
        <option key={zone} value={zone}>
          {texts.zone.option(zone, offset)}
        </option>
      ))}
    </optgroup>
  ));
}
