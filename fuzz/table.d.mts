/** The table for the documents, of what `results.json` has. */
export function tableOf(results: object): string
