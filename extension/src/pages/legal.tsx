import { mountLegal } from "../ui/legal.tsx";

mountLegal();
