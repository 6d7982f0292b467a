import { speak } from "../texts/catalogue.ts";
import { readSettings, weekValues } from "../widget/settings.ts";
import { mountSettings } from "../widget/settings-form.tsx";
import { widgetTexts } from "../widget/texts.ts";

await speak();
const { weekend, weekends } = widgetTexts.week;

void mountSettings({ weekend: { label: weekend, values: weekends } }, (kept) =>
  readSettings(weekValues, kept),
);
