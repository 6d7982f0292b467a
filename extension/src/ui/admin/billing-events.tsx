/** Every event of the subscription. */

import { textOf } from "../catalogue.ts";
import { FailureNotice, Loading } from "../controls.tsx";
import { formatDateTime } from "../format.ts";
import { Pager, usePaging } from "../paging.tsx";
import { useSession } from "../session.ts";
import { linesPerPage } from "./list.ts";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";
import "./billing-events.css";

const texts = adminTexts.bills;
const headingId = "billing-events";

export function BillingEvents() {
  const { api, me } = useSession();
  const kind = "lifecycle" as const;
  const events = usePaging(
    (position) => api.listBillingRecords({ kind, ...position }),
    { kind },
    { size: linesPerPage },
  );
  const { items, failure, loading, reload } = events;
  return (
    <section class="card" aria-labelledby={headingId}>
      <h3 id={headingId} tabIndex={-1}>
        {texts.events}
      </h3>
      {failure && <FailureNotice failure={failure} onRetry={reload} />}
      {!items && !failure && <Loading />}
      {items?.length === 0 && <p class="empty">{texts.noEvents}</p>}
      {items && items.length > 0 && (
        <table class="table lines" aria-busy={loading}>
          <caption class="visually-hidden">{texts.eventsCaption}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.when}</th>
              <th scope="col">{texts.what}</th>
              <th scope="col">{texts.plan}</th>
              <th scope="col" class="number">
                {texts.seats}
              </th>
              <th scope="col">{texts.status}</th>
              <th scope="col" class="number">
                {texts.people}
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map(
              ({ id, at, plan_id, plan_title, lifecycle }) =>
                lifecycle && (
                  <tr key={id}>
                    <td class="when">{formatDateTime(Date.parse(at), me.user.time_zone)}</td>
                    <td class="event">{textOf(texts.kinds, lifecycle.event) ?? lifecycle.event}</td>
                    <td data-label={texts.plan}>{plan_title ?? plan_id}</td>
                    <td class="number" data-label={texts.seats}>
                      {lifecycle.quantity ?? adminTexts.none}
                    </td>
                    <td data-label={texts.status}>{texts.statuses[lifecycle.status]}</td>
                    <td class="number" data-label={texts.people}>
                      {lifecycle.people}
                    </td>
                  </tr>
                ),
            )}
          </tbody>
        </table>
      )}
      <Pager paging={events} heading={headingId} />
    </section>
  );
}
