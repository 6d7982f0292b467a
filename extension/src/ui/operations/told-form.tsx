import { useState } from "preact/hooks";
import { ActivitySelect } from "../activity-select.tsx";
import { Button } from "../controls.tsx";
import { useSession } from "../session.ts";
import { texts } from "../texts.ts";
import { operationTexts } from "./texts.ts";
import type { BulkWork } from "./use-bulk-bar.ts";

/** What is told about the selected entries: their activity, and whether they are billable. */
export function ToldForm({ work, onClose }: { work: BulkWork; onClose: () => void }) {
  const { me } = useSession();
  const [chosen, setChosen] = useState(me.tenant.settings.default_activity_id);
  const { bulk } = operationTexts;
  const tell = (billable: boolean) => work.change({ billable }, bulk.billable, bulk.told);
  return (
    <form
      noValidate
      class="bulk-fields"
      aria-label={bulk.activity}
      onSubmit={(event) => {
        event.preventDefault();
        work.change({ activity_id: chosen }, bulk.activity, bulk.told);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <div class="field">
        <ActivitySelect label={bulk.activity} value={chosen} onChange={({ id }) => setChosen(id)} />
      </div>
      <Button type="submit" disabled={work.working}>
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
