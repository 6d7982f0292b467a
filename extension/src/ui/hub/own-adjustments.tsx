/** The adjustments of one's own time that count in the week on show. */

import type { Timesheet } from "../../api/client.ts";
import { FailureNotice } from "../controls.tsx";
import { useAsync } from "../hooks.ts";
import { largestPage } from "../paging.tsx";
import { useSession } from "../session.ts";
import { AdjustmentLines } from "../team/adjustment-lines.tsx";

/** A week that nothing was adjusted in asks for none. */
export function OwnAdjustments({ sheet }: { sheet: Timesheet }) {
  return sheet.days.some(({ adjusted_ms }) => adjusted_ms !== 0) ? <Lines sheet={sheet} /> : null;
}

function Lines({ sheet }: { sheet: Timesheet }) {
  const { api } = useSession();
  const { user, first_day, last_day } = sheet;
  const { data, failure, reload } = useAsync(
    () => api.listAdjustments({ user_id: user.id, from: first_day, to: last_day, limit: largestPage }),
    [api, sheet],
  );
  return (
    <>
      {failure && <FailureNotice failure={failure} onRetry={reload} />}
      {data && <AdjustmentLines adjustments={data.data} />}
    </>
  );
}
