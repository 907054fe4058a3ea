import type { Turnpike } from '@turnpike/client';
import { byId, field, form, h, say, show } from './dom.js';

/** Registers or signs in, and goes on. */
export function welcome(turnpike: Turnpike, enter: () => Promise<void>): void {
  const signIn = async (email: string, password: string): Promise<void> => {
    await turnpike.signIn({ email, password });
    await enter();
  };
  byId('who').replaceChildren();
  show(
    h('h1', {}, 'Tea, one order at a time'),
    h(
      'div',
      { class: 'columns' },
      form(
        { class: 'card', 'aria-labelledby': 'register' },
        async ({ firstName = '', lastName = '', email = '', password = '' }) => {
          const body = { firstName, lastName, email, password };
          say('Your registration is in its lane …');
          await turnpike.submitAndWait('POST', '/v1/users', { body });
          await signIn(email, password);
        },
        h('h2', { id: 'register' }, 'New here'),
        field('First name', { name: 'firstName', autocomplete: 'given-name' }),
        field('Last name', { name: 'lastName', autocomplete: 'family-name' }),
        field('E-mail', { name: 'email', type: 'email', autocomplete: 'email' }),
        field('Password, 10 characters or more', {
          name: 'password',
          type: 'password',
          minlength: '10',
          autocomplete: 'new-password',
        }),
        h('button', { class: 'primary' }, 'Register'),
      ),
      form(
        { class: 'card', 'aria-labelledby': 'sign-in' },
        ({ email = '', password = '' }) => signIn(email, password),
        h('h2', { id: 'sign-in' }, 'Been here before'),
        field('E-mail', { name: 'email', type: 'email', autocomplete: 'email' }),
        field('Password', { name: 'password', type: 'password', autocomplete: 'current-password' }),
        h('button', { class: 'primary' }, 'Sign in'),
      ),
    ),
  );
}
