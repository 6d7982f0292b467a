/**
 * What dashboards call on widgets and on their settings, by the parts that are used here:
 * https://www.npmjs.com/package/azure-devops-extension-api, Dashboard/WidgetContracts.
 */

export interface WidgetSettings {
  name: string;
  /** In cells of the dashboard. */
  size: { rowSpan: number; columnSpan: number };
  customSettings: CustomSettings;
}

export interface CustomSettings {
  /** As JSON; null until somebody has saved the settings. */
  data: string | null;
  version?: { major: number; minor: number; patch: number };
}

/** The state of a widget or of its settings. */
export interface WidgetStatus {
  /** 0: it has loaded. What fails is shown in the widget itself, with what can be done. */
  statusType: 0;
}

export const loaded: WidgetStatus = { statusType: 0 };

/** The dashboard's end of a widget's settings. */
export interface SettingsContext {
  notify(event: string, args: { data: CustomSettings }): unknown;
}

/** Lets the dashboard show the widget with the new settings, and offer to save them. */
export const configurationChange = "ms.vss-dashboards-web.configurationChange";

export interface SaveStatus {
  isValid: boolean;
  customSettings?: CustomSettings;
}
