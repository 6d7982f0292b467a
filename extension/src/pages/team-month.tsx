import { speak } from "../texts/catalogue.ts";
import { connectFrame, mount } from "../ui/app.tsx";
import { TeamMonth } from "../widget/team-month.tsx";
import { widgetTexts } from "../widget/texts.ts";
import { Widget } from "../widget/widget.ts";

await speak();
const widget = new Widget({
  name: widgetTexts.month.name,
  size: { rowSpan: 2, columnSpan: 2 },
  customSettings: { data: null },
});

mount(
  () => <TeamMonth widget={widget} />,
  () => connectFrame(widget.listener),
);
