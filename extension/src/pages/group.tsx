import { mount } from "../ui/app.tsx";
import { Group } from "../ui/group-view.tsx";

mount(Group);
