import { mount } from "../ui/app.tsx";
import { NextSteps } from "../ui/next-steps.tsx";
import { connectStandalone } from "../ui/standalone.ts";

mount(NextSteps, connectStandalone);
