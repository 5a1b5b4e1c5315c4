/** How often each counted place was reached since the last look: written by the instrumented source, read by `coverage.ts`. */
export const edges: Uint32Array = new Uint32Array(16_384)
