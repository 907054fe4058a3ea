/** What a proxy puts before the gateway's addresses: nothing, or a path. The gateway writes it into the page. */
export const BASE = document.querySelector<HTMLMetaElement>('meta[name="base"]')?.content ?? '';
