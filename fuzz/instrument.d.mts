export function instrument(
  path: string,
  source: string,
  first: number,
  edgesPath: string,
): { readonly text: string; readonly count: number; readonly words: readonly string[] }
