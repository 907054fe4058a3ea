export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const YEAR_SECONDS = 365 * 24 * 3600;

/** A cookie of the page's own, because nothing is kept in the browser's storage. */
const COOKIE = /(?:^|; )turnpike-theme=(light|dark)(?:;|$)/;

export function chosenTheme(): Theme {
  return (COOKIE.exec(document.cookie)?.[1] as Theme | undefined) ?? 'system';
}

/** The style sheet says every colour for light and dark; this says which of the two. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

export function chooseTheme(theme: Theme): void {
  const age = theme === 'system' ? 0 : YEAR_SECONDS;
  document.cookie = `turnpike-theme=${theme}; Path=/ops; Max-Age=${age}; SameSite=Strict`;
  applyTheme(theme);
}
