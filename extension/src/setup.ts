// What every unit test begins with.
import { configure } from "@testing-library/preact";

// A wait ends as soon as what it waits for is there. The limit only ends a wait in vain, so a busy machine may take long.
configure({ asyncUtilTimeout: 60_000 });
