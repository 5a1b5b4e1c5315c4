import type { SessionClient, Signer } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { createDevelopmentWallet, type DevelopmentWallet, developmentChoice } from './development-wallet.ts'
import type { PageWindow, Texts } from './page.ts'
import type { Screen } from './screen.ts'
import type { WalletQuestion } from './view.ts'
import { discoverWallets, type FoundWallet, type Provider } from './wallets.ts'

/** The wallets that are there, and the one that is chosen. */
export interface Connection {
  /** Asks whatever wallet is chosen at that moment, before it returns. */
  readonly signer: Signer
  /** Finds wallets, and goes on listening for more, until the returned function is called. `wanted` is chosen when it is there. */
  start(page: PageWindow, texts: Texts, wanted: string): () => void
  choose(id: string): void
  /** The client hears of what happens in the wallet from now on. */
  tell(client: SessionClient): void
  /** @throws Error where the development wallet is not the one that is chosen */
  switchAccount(): Promise<void>
  answer(question: WalletQuestion, isYes: boolean): void
}

const noWallet = (): Promise<never> => Promise.reject(new Error('No wallet is chosen, or it is not in this page.'))

/** Only what belongs to a wallet: a provider may have methods of any name. */
function signerOf(provider: Provider): Signer {
  return viemSigner({ request: async (args: Parameters<Provider['request']>[0]) => provider.request(args) })
}

/** A wallet is a stranger's code: what fails in it must not keep the page from going on. */
function attempt(run: () => void): void {
  try {
    run()
  } catch {
    // One that does not tell of its events can sign all the same.
  }
}

/** What is heard of the wallet that is chosen. */
export interface WalletNews {
  /** It is another one, by the person's choice or because the one before has gone. */
  chosen(): void
  /** It names another account, or none. */
  selected(address: string | undefined): void
  /** It is asked to sign this now. */
  asked(message: string): void
}

export function createConnection(screen: Screen, news: WalletNews): Connection {
  let found: readonly FoundWallet[] = []
  let development: DevelopmentWallet | undefined
  let wanted = ''
  let client: SessionClient | undefined
  let followed: Provider | undefined
  let ends: readonly (() => void)[] = []
  let questions: readonly { readonly question: WalletQuestion; readonly settle: (isYes: boolean) => void }[] = []

  function chosen(): Provider | undefined {
    return found.find(({ choice }) => choice.id === screen.get().wallet)?.provider
  }

  function unfollow(): void {
    for (const end of ends) attempt(end)
    ends = []
    followed = undefined
  }

  function follow(): void {
    const [provider, follower] = [chosen(), client]
    unfollow()
    followed = provider
    if (!follower || !provider) return
    const heard = (accounts: unknown): void => {
      if (followed === provider) news.selected(Array.isArray(accounts) ? String(accounts[0]) : undefined)
    }
    attempt(() => {
      const { on, removeListener } = provider
      if (!on || !removeListener) return
      const wallet = { on: on.bind(provider), removeListener: removeListener.bind(provider) }
      ends = [() => wallet.removeListener('accountsChanged', heard)]
      wallet.on('accountsChanged', heard)
      ends = [...ends, follower.follow(wallet)]
    })
  }

  function select(): void {
    const ids = screen.get().wallets.map(({ id }) => id)
    const wallet = [wanted, screen.get().wallet].find((id) => ids.includes(id)) ?? ids[0] ?? ''
    if (wallet !== screen.get().wallet) {
      screen.change({ wallet })
      news.chosen()
    }
    if (chosen() !== followed) follow()
  }

  function showQuestion(): void {
    screen.change({ question: questions[0]?.question })
  }

  function ask(question: WalletQuestion): Promise<boolean> {
    return new Promise((settle) => {
      questions = [...questions, { question, settle }]
      showQuestion()
    })
  }

  function start(page: PageWindow, texts: Texts, id: string): () => void {
    wanted = id
    const own = createDevelopmentWallet(page, texts, ask)
    development = own
    const stopListening = own.listen()
    const stopLooking = discoverWallets(page, (wallets) => {
      found = [...wallets, { choice: developmentChoice, provider: own }]
      screen.change({ wallets: found.map(({ choice }) => choice) })
      select()
    })
    return () => {
      stopLooking()
      stopListening()
      unfollow()
    }
  }

  return {
    signer: {
      account: () => {
        const provider = chosen()
        return provider ? signerOf(provider).account() : noWallet()
      },
      signMessage: (message, account) => {
        const provider = chosen()
        news.asked(message)
        return provider ? signerOf(provider).signMessage(message, account) : noWallet()
      },
    },
    start,
    choose(id) {
      wanted = id
      select()
    },
    tell(next) {
      client = next
      follow()
    },
    async switchAccount() {
      if (!development || chosen() !== development) throw new Error('The account is switched in the wallet itself.')
      await development.switchAccount()
    },
    answer(question, isYes) {
      // Pressed twice, a button must not answer what nobody has read yet.
      if (question !== questions[0]?.question) return
      const [first, ...others] = questions
      questions = others
      showQuestion()
      first?.settle(isYes)
    },
  }
}
