import { readdirSync } from 'node:fs'

const leftOut = new Set(['node_modules', 'dist', '.git', '.turbo', '.cache', 'coverage'])

/** The paths of all files of the project below `root`, from there; also where there is no git. */
export function listFiles(root: string, folder = ''): string[] {
  return readdirSync(root + folder, { withFileTypes: true }).flatMap((entry) => {
    if (leftOut.has(entry.name)) return []
    const path = folder + entry.name
    return entry.isDirectory() ? listFiles(root, `${path}/`) : [path]
  })
}
