import { speak } from "../texts/catalogue.ts";
import { connectFrame, mount } from "../ui/app.tsx";
import { MyWeek } from "../widget/my-week.tsx";
import { widgetTexts } from "../widget/texts.ts";
import { Widget } from "../widget/widget.ts";

await speak();
const widget = new Widget({
  name: widgetTexts.week.name,
  size: { rowSpan: 2, columnSpan: 2 },
  customSettings: { data: null },
});

mount(
  () => <MyWeek widget={widget} />,
  () => connectFrame(widget.listener),
);
