/** Milliseconds that an import takes in a process that has imported nothing yet. It is copied to where the packages are. */
const start = performance.now()
for (const name of process.argv.slice(2)) await import(name)
process.stdout.write(String(performance.now() - start))
process.exit()
