/** The tenant's settings: super_admins change them, admins read them. */

import type { TenantDetails } from "../../api/client.ts";
import { FailureNotice, Loading } from "../controls.tsx";
import { useAsync } from "../hooks.ts";
import { useSession } from "../session.ts";
import { Logo } from "./logo.tsx";
import { SettingsForm } from "./settings-form.tsx";
import { choices, type Draft, type SettingName, settingNames, valuesOf } from "./settings-values.ts";
import { adminTexts } from "./texts.ts";
import "./tenant-settings.css";

const texts = adminTexts.tenant;

interface TenantSettingsProps {
  /** Kept by the parent, so that a look at another tab loses nothing. */
  draft: Draft;
  onDraft: (draft: Draft) => void;
}

export function TenantSettings({ draft, onDraft }: TenantSettingsProps) {
  const { api, me } = useSession();
  const tenant = useAsync(() => api.tenant(), [api]);
  const changeable = me.user.role === "super_admin" && me.tenant.status === "active";
  return (
    <section class="settings" aria-labelledby="settings">
      <h2 id="settings" tabIndex={-1}>
        {texts.title}
      </h2>
      {!tenant.data && tenant.failure && <FailureNotice failure={tenant.failure} onRetry={tenant.reload} />}
      {!tenant.data && !tenant.failure && <Loading />}
      {tenant.data && !changeable && <SettingsList details={tenant.data} />}
      {tenant.data && changeable && (
        <>
          <SettingsForm details={tenant.data} reload={tenant.reload} draft={draft} onDraft={onDraft} />
          <Logo details={tenant.data} reload={tenant.reload} />
        </>
      )}
    </section>
  );
}

function SettingsList({ details }: { details: TenantDetails }) {
  const { me } = useSession();
  const values = valuesOf(details);
  const valueText = (name: SettingName) => {
    if (name === "auto_stop_after_ms") return texts.hours(values[name]);
    if (name === "edit_window_days" || (name === "lock_after_days" && values[name]))
      return texts.days(values[name]);
    return choices[name]?.[values[name]] ?? (values[name] || texts.unset);
  };
  return (
    <>
      {me.user.role !== "super_admin" && <p class="secondary">{texts.readOnly}</p>}
      <dl class="settings-list">
        {settingNames.map((name) => (
          <div key={name}>
            <dt>{texts.labels[name]}</dt>
            <dd>
              <bdi class="setting-value">{valueText(name)}</bdi>
              <span class="secondary">{texts.help[name]}</span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
