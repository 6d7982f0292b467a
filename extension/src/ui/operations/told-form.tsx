import { useState } from "preact/hooks";
import { Button } from "../controls.tsx";
import { useAsync } from "../hooks.ts";
import { useSession } from "../session.ts";
import { texts } from "../texts.ts";
import { operationTexts } from "./texts.ts";
import type { BulkWork } from "./use-bulk-bar.ts";

/** What is told about the selected entries: their activity, and whether they are billable. */
export function ToldForm({ work, onClose }: { work: BulkWork; onClose: () => void }) {
  const { api } = useSession();
  const known = useAsync(() => api.listActivities(), [api]);
  const [chosen, setChosen] = useState("");
  const { bulk } = operationTexts;
  const open = (known.data?.data ?? []).filter(({ archived }) => !archived);
  const activity = open.find(({ id }) => id === chosen) ?? open[0];
  const tell = (billable: boolean) => work.change({ billable }, bulk.billable, bulk.told);
  return (
    <form
      noValidate
      class="bulk-fields"
      aria-label={bulk.activity}
      onSubmit={(event) => {
        event.preventDefault();
        if (activity) work.change({ activity_id: activity.id }, bulk.activity, bulk.told);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <div class="field">
        <select
          aria-label={bulk.activity}
          value={activity?.id ?? ""}
          onChange={(event) => setChosen(event.currentTarget.value)}
        >
          {open.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <Button type="submit" disabled={work.working || !activity}>
        {texts.entries.save}
      </Button>
      <Button disabled={work.working} onClick={() => tell(true)}>
        {bulk.billable}
      </Button>
      <Button disabled={work.working} onClick={() => tell(false)}>
        {bulk.notBillable}
      </Button>
    </form>
  );
}
