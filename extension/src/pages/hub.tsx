import { mount } from "../ui/app.tsx";
import { Hub } from "../ui/hub-view.tsx";

mount(Hub);
