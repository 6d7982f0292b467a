/** Takes the rows of last week over, and their hours on request. */

import { createPortal } from "preact";
import { useState } from "preact/hooks";
import { FailureNotice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { useHeadPlace } from "../hub/head-place.ts";
import { hubTexts } from "../hub/texts.ts";
import type { ShownWeek } from "../hub/use-week.ts";
import { rangeOf, readEntries } from "../hub/week-entries.ts";
import { MenuItem, Popup } from "../report/popup.tsx";
import { useSession } from "../session.ts";
import { addDays } from "../zone.ts";
import type { GridEdits } from "./edits.ts";
import { gridEntry } from "./entry.ts";
import { daysOfWeek, type GridModel, gridModel } from "./model.ts";
import type { Rows } from "./use-rows.ts";

const texts = hubTexts.grid;

interface FillMenuProps {
  week: ShownWeek;
  model: GridModel;
  rows: Rows;
  edits: GridEdits;
  /** Whether the week's head has no room for it. */
  narrow: boolean;
}

/** It stands in the week's head, or below the grid. */
export function FillMenu({ narrow, ...props }: FillMenuProps) {
  const headPlace = useHeadPlace();
  const [failure, setFailure] = useState<Failure | null>(null);
  const menu = <Menu {...props} onFailure={setFailure} />;
  return (
    <>
      {narrow ? <div class="grid-actions">{menu}</div> : headPlace && createPortal(menu, headPlace)}
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
    </>
  );
}

type MenuProps = Omit<FillMenuProps, "narrow"> & { onFailure: (failure: Failure | null) => void };

function Menu({ week, model, rows, edits, onFailure }: MenuProps) {
  const { timers } = useSession();
  const lastWeek = useLastWeek(week.first);

  async function fill(withHours: boolean) {
    onFailure(null);
    try {
      const last = await lastWeek();
      const works = [...last.rows.values()].map(({ work }) => work);
      const added = works.filter(({ key }) => !model.rows.has(key));
      const sums = withHours ? emptyCells(last, model, rows.dates, week.today) : [];
      rows.add(added);
      if (sums.length > 0) void edits.put(sums);
      else timers.announce(added.length > 0 ? texts.filled(added.length) : texts.nothingToFill);
    } catch (error) {
      onFailure(explain(error));
    }
  }
  return (
    <Popup text={texts.fill} title={texts.fill} kind="menu" arrow={false} align="end">
      {(close) => {
        const item = (text: string, withHours: boolean) => (
          <MenuItem
            onClick={() => {
              close();
              void fill(withHours);
            }}
          >
            {text}
          </MenuItem>
        );
        return (
          <>
            {item(texts.fillRows, false)}
            {item(texts.fillHours, true)}
          </>
        );
      }}
    </Popup>
  );
}

/** The cells that are empty now, with last week's sums. Days that are still to come are left out. */
function emptyCells(last: GridModel, model: GridModel, dates: readonly string[], today: string) {
  return [...last.rows.values()].flatMap(({ key, work, cells }) =>
    cells.flatMap(({ shownMs }, day) => {
      const date = dates[day];
      const now = model.rows.get(key)?.cells[day];
      const isEmpty = !now || now.entries.length === 0;
      return date !== undefined && date <= today && isEmpty && shownMs > 0
        ? [{ target: { work, date }, wanted: shownMs }]
        : [];
    }),
  );
}

/** Reads the week before. */
function useLastWeek(first: string): () => Promise<GridModel> {
  const { api, me } = useSession();
  const zone = me.user.time_zone;
  const before = addDays(first, -daysOfWeek);
  return async () => {
    const entries = await readEntries(api, { user_id: [me.user.id], ...rangeOf(before, zone) });
    return gridModel({
      dates: Array.from({ length: daysOfWeek }, (_, day) => addDays(before, day)),
      zone,
      organization: me.tenant.azure_devops_organization,
      entries: entries.filter(({ stopped_at }) => stopped_at !== undefined).map(gridEntry),
      extra: [],
      now: 0,
    });
  };
}
