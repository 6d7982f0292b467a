import { StartDialog } from "../menu/start-dialog.tsx";
import { mount } from "../ui/app.tsx";

mount(StartDialog);
