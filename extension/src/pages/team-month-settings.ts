import { speak } from "../texts/catalogue.ts";
import { monthValues, readSettings } from "../widget/settings.ts";
import { mountSettings } from "../widget/settings-form.tsx";
import { widgetTexts } from "../widget/texts.ts";

await speak();
const { grouping, groupings, month, months } = widgetTexts.month;

void mountSettings(
  { grouping: { label: grouping, values: groupings }, month: { label: month, values: months } },
  (kept) => readSettings(monthValues, kept),
);
