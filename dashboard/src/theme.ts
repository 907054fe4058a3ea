import { createTheme, type MantineColorScheme, type MantineColorSchemeManager } from '@mantine/core';

/** What its colours and sizes are stands in style.css: the page's policy allows no style that is written while it runs. */
export const THEME = createTheme({
  respectReducedMotion: true,
  components: {
    Badge: { defaultProps: { variant: 'light', size: 'lg' } },
    Button: { defaultProps: { variant: 'default' } },
    TextInput: { defaultProps: { withAsterisk: false } },
    Paper: { defaultProps: { withBorder: true } },
  },
});

export const COLOUR_SCHEMES: readonly { value: MantineColorScheme; label: string }[] = [
  { value: 'auto', label: 'System colours' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

const YEAR_SECONDS = 365 * 24 * 3600;

const COOKIE = /(?:^|; )turnpike-theme=(light|dark)(?:;|$)/;

/** Keeps the choice in a cookie of the page's own, because nothing is kept in the browser's storage. */
export const colourSchemes: MantineColorSchemeManager = {
  get: (usual) => (COOKIE.exec(document.cookie)?.[1] as MantineColorScheme | undefined) ?? usual,
  set: (chosen) => keep(chosen, chosen === 'auto' ? 0 : YEAR_SECONDS),
  clear: () => keep('auto', 0),
  // Another window of the page keeps what it has until it is loaded again.
  subscribe: () => undefined,
  unsubscribe: () => undefined,
};

function keep(chosen: MantineColorScheme, seconds: number): void {
  document.cookie = `turnpike-theme=${chosen}; Path=/ops; Max-Age=${seconds}; SameSite=Strict`;
}
