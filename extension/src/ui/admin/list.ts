/** How many lines a list of the administration shows at once, however long it is. */
export const linesPerPage = 100;
