/** What docs/supply-chain.md says, held against the manifests, the lock files, the workflows and what is installed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listFiles } from './files.ts'
import { foundAt, installedFor, isOurs, isWithin, type Manifest, published, root, treeOf } from './manifests.ts'
import { rowsOf, sectionOf } from './tables.ts'

const read = (path: string): string => readFileSync(root + path, 'utf8')
const page = read('docs/supply-chain.md')
const tracked = listFiles(root)
const bare = (text = ''): string => text.replaceAll('`', '')

const installScripts = ['preinstall', 'install', 'postinstall']
/** Of ours neither those that are run where a package is installed from a repository, packed or published: what is published is what was built. */
const ownScripts = [...installScripts, 'prepare', 'prepublish', 'prepublishOnly', 'prepack', 'postpack']
const scriptsAmong = (names: readonly string[], { scripts = {} }: Manifest): string[] =>
  names.filter((name) => Object.hasOwn(scripts, name))

it('caret ranges are told from others, and what is in them from what is not', () => {
  expect(['2.4.0', '2.10.3', '2.3.9', '3.0.0'].map((version) => isWithin(version, '^2.4.0'))).toEqual([true, true, false, false])
  expect(isWithin('6.3.1', '^5.10.0 || ^6.0.0')).toBe(true)
  for (const range of ['2.4.0', '*', '>=2', '~2.4.0', '^2', 'latest', '^0.4.0']) expect(isWithin('2.4.0', range)).toBe(undefined)
})

describe.each([
  ['What comes with our packages', 'dependencies'],
  ['What an app brings itself', 'peerDependencies'],
] as const)('%s', (heading, kind) => {
  const rows = rowsOf(sectionOf(page, heading))

  it('is listed, and nothing else is', () => {
    const listed = rows.map((row) => [row['package'], row['depends on'], row['range']].map(bare).join(' '))
    const real = published.flatMap(({ manifest }) =>
      Object.entries(manifest[kind] ?? {})
        .filter(([name]) => !isOurs(name))
        .map(([name, range]) => `${manifest.name.replace('@session-sigs/', '')} ${name} ${range}`),
    )
    expect(real.length).toBeGreaterThan(4)
    expect(listed.toSorted()).toEqual(real.toSorted())
  })

  it('has a word in every column', () => {
    for (const row of rows) for (const text of Object.values(row)) expect(text, JSON.stringify(row)).not.toBe('')
  })

  it('is asked for by caret ranges, and tested within them', () => {
    for (const found of published) {
      for (const [name, range] of Object.entries(found.manifest[kind] ?? {})) {
        const { version } = installedFor(found, name).manifest
        if (isOurs(name)) expect(range).toBe('workspace:^')
        else expect(isWithin(version, range), `${name} ${version} in ${range}`).toBe(true)
      }
    }
  })
})

describe('what comes with our packages', () => {
  const listed = rowsOf(sectionOf(page, 'What comes with our packages')).map((row) => bare(row['depends on']))

  it('brings nothing with it that is not listed, and runs nothing when it is installed', () => {
    for (const [name, { path, manifest }] of published.flatMap((found) => [...treeOf(found)])) {
      if (!isOurs(name)) expect(listed).toContain(name)
      expect(scriptsAmong(isOurs(name) ? ownScripts : installScripts, manifest), name).toEqual([])
      // npm builds what has one of these, without being told to by a script.
      expect(existsSync(join(dirname(path), 'binding.gyp')), name).toBe(false)
      expect(Object.keys(manifest.optionalDependencies ?? {}), name).toEqual([])
    }
  })

  it('is as many packages as the page says', () => {
    const counted = rowsOf(sectionOf(page, 'How many packages that is')).map((row) => [bare(row['package']), Number(row['packages'])])
    expect(counted).toEqual(published.map((found) => [found.manifest.name.replace('@session-sigs/', ''), treeOf(found).size]))
  })
})

describe('what is installed to work on the project', () => {
  const workspace = read('pnpm-workspace.yaml')

  it('runs no install script', () => {
    const builds = [...(/^allowBuilds:\n((?: {2}.+\n?)+)/m.exec(workspace)?.[1]?.matchAll(/^ {2}(.+): (.+)$/gm) ?? [])]
    expect(builds.length).toBeGreaterThan(0)
    for (const [, name, isAllowed] of builds) expect(isAllowed, name).toBe('false')
    expect(workspace).not.toMatch(/dangerouslyAllowAllBuilds|onlyBuiltDependencies/)
  })

  it('is of exactly one version each', () => {
    const manifests = ['package.json', ...tracked.filter((path) => /^(?:packages|apps)\/[^/]+\/package\.json$/.test(path))].map((path) =>
      foundAt(root + path),
    )
    expect(manifests.length).toBeGreaterThan(15)
    for (const { manifest } of manifests) {
      const { dependencies = {}, devDependencies = {} } = manifest
      const wanted = Object.entries({ ...devDependencies, ...(manifest.private ? dependencies : {}) }).filter(([name]) => !isOurs(name))
      for (const [name, range] of wanted) expect(range, `${manifest.name}: ${name}`).toMatch(/^\d+\.\d+\.\d+$/)
    }
    expect(foundAt(`${root}package.json`).manifest.packageManager).toMatch(/^pnpm@\d+\.\d+\.\d+$/)
  })

  it('is in a lock file by its hash, and by no address', () => {
    const lock = read('pnpm-lock.yaml')
    const resolutions = lock.match(/^ {4}resolution: .*$/gm) ?? []
    expect(resolutions.length).toBeGreaterThan(300)
    for (const line of resolutions) expect(line).toMatch(/^ {4}resolution: \{integrity: sha512-[A-Za-z0-9+/]{86}==\}$/)
    expect(lock.match(/https?:\/\/.*|git\+.*|tarball:.*/g)).toBe(null)
  })
})

const aside = tracked.filter((path) => path.endsWith('/package-lock.json')).map((path) => path.slice(0, -'package-lock.json'.length))

describe.each(aside)('%s, an installation of its own', (folder) => {
  const packages: Record<string, { readonly integrity?: string }> = JSON.parse(read(`${folder}package-lock.json`)).packages

  it('is in a lock file by its hashes, and by no address', () => {
    expect(read(`${folder}package-lock.json`).match(/https?:\/\/.*|git\+.*|"resolved".*/g)).toBe(null)
    const entries = Object.entries(packages).filter(([path]) => path !== '')
    expect(entries.length).toBeGreaterThan(100)
    for (const [path, { integrity }] of entries) expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/)
  })

  it('runs no install script, and is no part of the workspace', () => {
    expect(read(`${folder}.npmrc`)).toMatch(/^ignore-scripts=true$/m)
    expect(read('pnpm-workspace.yaml')).not.toContain(folder.split('/')[0])
    for (const { manifest } of published)
      for (const range of Object.values({ ...manifest.dependencies, ...manifest.devDependencies })) expect(range).not.toMatch(/file:|link:/)
  })

  it('is named on the page', () =>
    expect(sectionOf(page, 'What is installed to work on the project')).toContain(`\`${folder.slice(0, -1)}\``))
})

it('there are installations of their own', () => expect(aside).toContain('compat/lit-sdk/'))

describe('publishing', () => {
  it.each(published.map(({ manifest }) => [manifest.name, manifest] as const))('%s is ready', (_, manifest) => {
    expect(manifest.publishConfig).toMatchObject({ access: 'public', provenance: true })
    expect(manifest.files).toEqual(['dist'])
    // What is published has no sources, so that it must not name them.
    const entries = Object.entries(manifest.exports ?? {}).map(([name, { '@session-sigs/source': _, ...built }]) => [name, built])
    expect(manifest.publishConfig?.exports).toEqual(Object.fromEntries(entries))
    expect(manifest.license).toBe('MIT')
    expect(manifest.private).toBe(undefined)
    expect(scriptsAmong(ownScripts, manifest)).toEqual([])
  })

  const workflows = readdirSync(`${root}.github/workflows`)
  const release = read('.github/workflows/release.yml')

  it('is by a workflow that can be asked where a package came from, and by hand', () => {
    expect(release).toMatch(/^on: workflow_dispatch$/m)
    expect(release).toMatch(/^ {6}id-token: write$/m)
    // Tested before it is published.
    expect(release).toMatch(/run: node scripts\/bootstrap\.mjs check\n +- run: npm test\n[\s\S]*- run: pnpm release$/m)
    expect(release).toContain('pnpm install --frozen-lockfile')
    expect(release).toMatch(/^ {10}PNPM_CONFIG_PROVENANCE: ["']true["']$/m)
    const { scripts = {} } = foundAt(`${root}package.json`).manifest
    expect(scripts['release']).toMatch(/changeset publish$/)
    expect(JSON.parse(read('.changeset/config.json')).access).toBe('public')
  })

  it.each(workflows)('%s may by itself only read, and uses nothing of third parties', (name) => {
    const text = read(`.github/workflows/${name}`)
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m)
    const used = [...text.matchAll(/uses: *([^\s#]+)/g)].map((match) => match[1])
    expect(used.length).toBeGreaterThan(0)
    for (const action of used) expect(action).toMatch(/^actions\/[a-z-]+@v\d+$/)
    // Of what may be written, the one thing that provenance takes.
    for (const [, right] of text.matchAll(/^ +([a-z-]+): write$/gm)) expect(right).toBe('id-token')
    expect(text).not.toMatch(/pull_request_target/)
  })

  it('says nothing of the repository that the workflow does not know better', () => {
    for (const { manifest } of published) expect(Object.keys(manifest)).not.toContain('repository')
    expect(release).toContain('GITHUB_REPOSITORY')
  })
})
