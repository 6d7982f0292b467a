import { mount } from "../ui/app.tsx";
import { ItemPage } from "../ui/item-view.tsx";

mount(ItemPage);
