/** The files that a page loads before it can use the import; whatever else was bundled is loaded later, if at all. */
export function loadedAtOnce(outputs) {
  const loaded = new Set()
  const load = (path) => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { path: next, kind, external } of outputs[path].imports) if (kind === 'import-statement' && !external) load(next)
  }
  load(Object.keys(outputs).find((path) => outputs[path].entryPoint === '<stdin>'))
  return loaded
}
