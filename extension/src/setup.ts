// What every unit test begins with.
import { configure } from "@testing-library/preact";

// On a busy machine what a test waits for takes long.
configure({ asyncUtilTimeout: 10_000 });
