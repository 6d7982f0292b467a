import { AdminPage } from "../ui/admin/administration.tsx";
import { mount } from "../ui/app.tsx";

mount(AdminPage);
