import type { Readable } from '@session-sigs/core'
import { onScopeDispose, type ShallowRef, shallowRef } from 'vue'

/** A value of the model as a ref. */
export function useReadable<T>(readable: Readable<T>): Readonly<ShallowRef<T>> {
  const value = shallowRef(readable.get())
  onScopeDispose(
    readable.subscribe((next) => {
      value.value = next
    }),
  )
  return value
}
