import { mountAlone } from "../ui/privacy/alone.tsx";

mountAlone();
