import { type Page, pageOf, pageTitles } from '@session-sigs/app-demo'
import { nextTick, onMounted, onUnmounted, type Ref, ref } from 'vue'

/** The page that the address names. */
export function usePage(): Readonly<Ref<Page>> {
  const page = ref(pageOf(location.hash, 'session'))
  document.title = pageTitles[page.value]

  async function turn(): Promise<void> {
    const next = pageOf(location.hash, page.value)
    if (next === page.value) return
    page.value = next
    document.title = pageTitles[next]
    await nextTick()
    document.querySelector<HTMLElement>(`#${next} h2`)?.focus()
  }

  onMounted(() => addEventListener('hashchange', turn))
  onUnmounted(() => removeEventListener('hashchange', turn))
  return page
}
