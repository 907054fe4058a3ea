// The little that the page needs to build itself. Texts become text nodes: what people typed is never read as HTML.
import { isProblem, OperationCancelled } from '@turnpike/client';

type Child = Node | string | null;
type Listeners = {
  [Name in keyof HTMLElementEventMap as `on${Name}`]?: (event: HTMLElementEventMap[Name]) => void;
};
type Attributes = Record<string, string | boolean>;

/** @returns an element; an attribute that is false is left out */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function on<Target extends HTMLElement>(element: Target, listeners: Listeners): Target {
  Object.assign(element, listeners);
  return element;
}

export function show(...children: Child[]): void {
  byId('view').replaceChildren(...children.filter((child) => child !== null));
}

export function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}

/** Says it where everybody sees it, and to those who do not see. */
export function say(text: string): void {
  byId('status').textContent = text;
}

/** What went wrong, for people. */
export function inWords(error: unknown): string {
  if (isProblem(error, 'invalid-request')) {
    return error.errors.map(({ path, message }) => `${path}: ${message}`).join('; ') || error.message;
  }
  if (isProblem(error)) return error.problem.title;
  if (error instanceof OperationCancelled) return 'This was withdrawn.';
  return 'The shop cannot be reached. Try again in a moment.';
}

/**
 * A button that does one thing at a time. What goes wrong is said.
 * @param name what it is called where its text alone does not say enough
 */
export function button(
  text: string,
  work: () => Promise<void>,
  attributes: Attributes = {},
): HTMLButtonElement {
  const element = h('button', { type: 'button', ...attributes }, text);
  return on(element, { onclick: () => void busy(element, work) });
}

/** A form whose fields are handed over by their names. */
export function form(
  attributes: Attributes,
  work: (fields: Record<string, string>) => Promise<void>,
  ...children: Child[]
): HTMLFormElement {
  const element = h('form', attributes, ...children);
  return on(element, {
    onsubmit: (event) => {
      event.preventDefault();
      const fields = Object.fromEntries(new FormData(element)) as Record<string, string>;
      void busy(event.submitter as HTMLButtonElement, () => work(fields));
    },
  });
}

export function field(label: string, attributes: Attributes): HTMLLabelElement {
  return h('label', {}, label, h('input', { required: true, ...attributes }));
}

async function busy(element: HTMLButtonElement, work: () => Promise<void>): Promise<void> {
  element.disabled = true;
  try {
    say('');
    await work();
  } catch (error) {
    say(inWords(error));
  } finally {
    element.disabled = false;
  }
}
