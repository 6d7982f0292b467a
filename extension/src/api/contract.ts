/** Names for what the generated contract describes, so that no resource spells out the generated paths. */

import type { components, operations } from "./schema.gen.ts";

export type Schemas = components["schemas"];

/** The query parameters of an operation. */
export type Query<Name extends keyof operations> = NonNullable<operations[Name]["parameters"]["query"]>;

/** The query of a list that is also offered as a file: the method that is called decides on the format. */
export type ExportableQuery<Name extends keyof operations> = Omit<Query<Name>, "format">;
